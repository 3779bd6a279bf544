// SPDX-License-Identifier: Apache-2.0
// The partition that Kafka's Java producer gives to each key: a line of standard input each.
// Usage: Murmur2 PARTITIONS

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

public class Murmur2 {
    public static void main(String[] words) throws Exception {
        var partitions = Integer.parseInt(words[0]);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        var out = new StringBuilder();
        for (String key = in.readLine(); key != null; key = in.readLine()) {
            var hash = Utils.murmur2(key.getBytes(StandardCharsets.UTF_8));
            out.append(Utils.toPositive(hash) % partitions).append('\n');
        }
        System.out.print(out);
    }
}
