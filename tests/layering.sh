#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Holds the sources to their layers: who may include, call and name what.
# Usage: layering.sh [ROOT].  Each rule must first fail for an example that breaks it.
set -euo pipefail
shopt -s nullglob

root=$(realpath "${1:-$(dirname "$0")/..}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# breaches ROOT REFUSED EXCEPT FILES: the lines that match REFUSED, as path:number:text, but
# those that match EXCEPT.
breaches() {
    cd "$1"
    # shellcheck disable=SC2086
    grep -nHE -e "$2" -- $4 /dev/null | grep -vE -e "$3" || true
}

# Fails if a file of these names may hold the example.
prove() {
    local about=$1 refused=$2 except=$3 files=$4 example=$5 glob file

    set -f
    for glob in $files; do
        file=${glob//'.[ch]'/.c}
        file=$scratch/${file//'*'/_example}
        mkdir -p "$(dirname "$file")"
        echo "$example" >"$file"
        set +f
        if [ -z "$(breaches "$scratch" "$refused" "$except" "$glob")" ]; then
            echo "in $glob this rule cannot fail: $about"
            failed=1
        fi
        set -f
        rm "$file"
    done
    set +f
}

# rule ABOUT REFUSED EXCEPT FILES EXAMPLE
rule() {
    local about=$1 found

    prove "$@"
    found=$(breaches "$root" "$2" "$3" "$4")
    if [ -n "$found" ]; then
        printf '%s:\n%s\n' "$about" "$found"
        failed=1
    fi
}

# The names that the build registers: decoder_netflow5|format_json|transport_file|...
names=$(sed -nE 's/^add_(decoder|format|transport)\(([a-z0-9_]+).*/\1_\2/p' \
    "$root"/{decoders,lib,transports}/CMakeLists.txt | paste -sd '|')

none='^$'
word='(^|[^_[:alnum:]])'
end='([^_[:alnum:]]|$)'
machinery='#include <(uv|pthread|threads|json|pcap|librdkafka|sys/socket|netinet|arpa|net)'
octet_functions='(mem(cpy|move|cmp)|ntoh[sl]|hton[sl]|be(16|32|64)toh) *\('
c_library='<(assert|ctype|float|inttypes|limits|math|std[a-z]+|string)\.h>'
libraries='lib/*.[ch] lib/*/*.[ch]'
sources="$libraries decoders/*.[ch] transports/*.[ch]"

# Headers of lib/, without their suffix.
of_decoding='(decode|flow|wire|(element|exporter|outline|packet|report|template)/)'
of_flows="$of_decoding|field_set|format|output|pipeline|capture|record/(id|key)"
for_decoders="(compat|counters|decode_error|decoder|(element|exporter|outline|packet|report|template)/[a-z_]+|flow|record/id|wire)\.h"
for_formats='(compat|custom_field|element/(element|value)|field_set|flow|format|outline/(json|summary)|report/report|text_write|formats/[a-z_]+)\.h'

# What sends records on.
senders='transports/*.[ch] lib/batch.[ch] lib/fd_writer.[ch] lib/record/buffer.[ch] lib/sink.[ch]
    lib/spool/*.[ch] lib/crc32c.[ch] lib/transport.[ch]'

# What reads the network and what remembers of it: it runs alone, under a fuzzer too.
readers='lib/wire.h lib/element/*.[ch] lib/flow*.[ch] lib/template/*.[ch] lib/exporter/*.[ch]
    lib/packet/*.[ch] lib/decoder.[ch] lib/decode_error.[ch] lib/field_set.[ch] lib/lru_table.[ch]
    lib/mapping/*.[ch] lib/rate.h lib/report/*.[ch] lib/sequence.[ch] lib/admission.[ch]
    lib/compat.[ch] lib/enrich.[ch] lib/fault_hash.[ch] lib/fault_log.[ch] lib/format.[ch]
    lib/outline/*.[ch] lib/stream.[ch] lib/subscriber/*.[ch]'

# knows ABOUT HEADERS FILES: of lib/ these files include such headers, and nothing else of weir.
knows() {
    rule "$1" '#include "' "#include \"lib/($2)\.(h|def)\"" "$3" '#include "cmd/setup.h"'
}

rule 'decoders include a few headers of lib/ and nothing else' \
    '#include' \
    "\"decoders/|\"lib/$for_decoders\"|$c_library" \
    'decoders/*.[ch]' '#include "lib/format.h"'

rule 'decoders read the network through lib/wire.h' \
    "$word$octet_functions|(->|\.)(at|end)([^_[:alnum:][]|$)|datagram->data" \
    "$none" 'decoders/*.[ch]' 'value = *(w->at + 2);'

rule 'decoders allocate nothing' \
    "$word(malloc|calloc|realloc|strdup|free) *\(" "$none" 'decoders/*.[ch]' 'p = malloc(len);'

rule 'what reads and remembers knows no loop, socket, thread, JSON library or capture' \
    "$machinery" "$none" "$readers" '#include <uv.h>'

rule 'formats know records, and neither protocols nor where records go' \
    '#include' "\"lib/$for_formats\"|$c_library" \
    'lib/formats/*.[ch]' '#include "lib/template/template.h"'

rule 'transports see octets, no flows' \
    "#include \"((cmd|decoders|tests)/|lib/($of_flows))" \
    '^lib/spool/format\.c:[0-9]+:#include "lib/wire\.h"' "$senders" '#include "lib/flow.h"'

knows 'tools know nothing of weir but each other' \
    'base64|compat|crc32c|histogram|loop|lru_table|moved_file|prefetch|privilege|rate|sequence|utf8|wall_clock|wire|log' \
    'lib/base64.[ch] lib/compat.[ch] lib/crc32c.[ch] lib/histogram.[ch] lib/loop.[ch] lib/rate.h
    lib/lru_table.[ch] lib/moved_file.[ch] lib/privilege.[ch] lib/sequence.[ch] lib/utf8.[ch]
    lib/wall_clock.h lib/wire.h lib/log.[ch]'

knows 'options know nothing of what they are for' 'option/[a-z_]+' 'lib/option/*.[ch]'

knows 'sets of fields and formats as such know the table of fields' \
    'custom_field|field_set|flow|format|option/nearest' 'lib/field_set.[ch] lib/format.[ch]'

knows 'the mapping file does not know who reads its rules' \
    'decoder|field_set|mapping/[a-z]+|option/(nearest|yaml_file)' 'lib/mapping/*.[ch]'

knows 'packets and templates know the rules of the mapping file, and no exporter' \
    'decoder|lru_table|mapping/rules|packet/[a-z]+|prefetch|template/[a-z]+|wire' \
    'lib/packet/*.[ch] lib/template/*.[ch]'

knows 'subscribers know flows, and no protocol or format' \
    'decoder|flow|option/yaml_file|prefix|subscriber/[a-z_]+|wire' 'lib/subscriber/*.[ch]'

knows 'who may speak is a matter of prefixes' 'admission|flow|prefix' \
    'lib/admission.[ch] lib/prefix.[ch]'

knows 'a flow is completed from itself, its exporter and the subscribers' \
    'decoder|enrich|exporter/(options_data|state)|record/id|stream|subscriber/subscribers' \
    'lib/enrich.[ch] lib/stream.[ch]'

knows 'outlines know no protocol' 'base64|batch|decoder|outline/[a-z]+|text_write' \
    'lib/outline/*.[ch]'

knows 'records beside flows know no protocol or format' \
    'batch|counters|decode_error|decoder|flow|record/id|report/[a-z]+|text_write|worker_stats' \
    'lib/report/*.[ch]'

knows 'keys, ids and buffers of records know no format or transport' \
    'batch|custom_field|decoder|field_set|flow|option/nearest|record/[a-z_]+|text_write' \
    'lib/record/*.[ch]'

knows 'the output knows format and transport by their interfaces' \
    'batch|counters|format|output|record/key|report/report|transport' 'lib/output.[ch]'

knows 'the log of faults and their hashes know who sent them' \
    'decode_error|decoder|exporter/state|fault_(hash|log)|flow|log|lru_table|text_write' \
    'lib/fault_hash.[ch] lib/fault_log.[ch]'

knows 'the quarantine knows datagrams and templates' \
    'counters|decoder|exporter/exporter|fault_hash|log|quarantine/[a-z]+|rate|template/template' \
    'lib/quarantine/*.[ch]'

knows 'captures become datagrams' 'capture|decoder|frame|wire' 'lib/capture.[ch] lib/frame.[ch]'

knows 'sockets and workers know the pipeline, and no protocol' \
    'counters|flow|listen/[a-z_]+|log|loop|option/option|pipeline|service|wall_clock|wire|worker' \
    'lib/listen/*.[ch] lib/worker.[ch]'

knows 'the service manager is told nothing of flows' 'option/option|service' 'lib/service.[ch]'

rule 'the service manager is told without libuv' '#include <uv' "$none" 'lib/service.[ch]' \
    '#include <uv.h>'

knows 'the state file knows what is remembered of exporters' \
    'crc32c|exporter/(exporter|state)|state/[a-z0-9]+|template/template|text_write' \
    'lib/state/*.[ch]'

rule 'the state file knows no socket' '#include <(sys/socket|netinet|netdb|net/)' "$none" \
    'lib/state/*.[ch]' '#include <sys/socket.h>'

knows 'metrics know what was counted, and no HTTP' \
    'counters|exporter/exporter|histogram|metrics/[a-z0-9_]+|text_write|transport|worker_stats' \
    'lib/metrics/*.[ch]'

knows 'HTTP knows nothing that it tells' 'http/[a-z]+|log' 'lib/http/*.[ch]'

rule 'lib/ and decoders/ know nothing above them' \
    '#include "(cmd|transports|tests)/' "$none" "$libraries decoders/*.[ch]" \
    '#include "cmd/registry.h"'

rule 'lib/ knows no decoder' \
    '#include "decoders/' "$none" "$libraries" '#include "decoders/x.h"'

rule 'two files know captures' \
    '#include <pcap' '^lib/(capture|frame)\.c:' "$sources cmd/*.[ch]" '#include <pcap/pcap.h>'

rule 'only cmd/ names a decoder, a format or a transport' \
    "$word($names)$end" ':const struct (decoder|format_ops|transport_ops) ' "$sources" \
    "use(&${names%%|*});"

exit $failed
