// SPDX-License-Identifier: Apache-2.0
// Parses files by ksqlDB's own grammar, out of which ANTLR has made the lexer and the parser.

import java.nio.file.Path;
import org.antlr.v4.runtime.ANTLRErrorListener;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.misc.Interval;

/** Usage: KsqlParse FILE...   prints a line each; ends with 1 at a syntax error. */
public class KsqlParse {
    /** The grammar knows upper case only: that is what the lexer sees, not what it cuts out. */
    private record UpperCase(CharStream text) implements CharStream {
        public int LA(int at) {
            int letter = text.LA(at);
            return letter <= 0 ? letter : Character.toUpperCase(letter);
        }

        public void consume() { text.consume(); }
        public int mark() { return text.mark(); }
        public void release(int marker) { text.release(marker); }
        public int index() { return text.index(); }
        public void seek(int index) { text.seek(index); }
        public int size() { return text.size(); }
        public String getSourceName() { return text.getSourceName(); }
        public String getText(Interval interval) { return text.getText(interval); }
    }

    private static int errors;

    private static ANTLRErrorListener listener(String file) {
        return new BaseErrorListener() {
            @Override
            public void syntaxError(Recognizer<?, ?> recognizer, Object symbol, int line,
                                    int column, String message, RecognitionException error) {
                System.out.println(file + ":" + line + ":" + column + ": " + message);
                errors++;
            }
        };
    }

    public static void main(String[] files) throws Exception {
        for (String file : files) {
            var lexer = new SqlBaseLexer(new UpperCase(CharStreams.fromPath(Path.of(file))));
            var parser = new SqlBaseParser(new CommonTokenStream(lexer));
            parser.removeErrorListeners();
            parser.addErrorListener(listener(file));
            int count = parser.statements().singleStatement().size();
            String name = Path.of(file).getFileName().toString();
            System.out.println("ok " + name + ": " + count + " statements parsed, none run");
        }
        System.exit(errors == 0 ? 0 : 1);
    }
}
