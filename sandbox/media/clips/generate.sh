#!/bin/sh
# Makes the clips of the automatic voice anew: one 8 kHz mu-law file without a
# header (.ul) for every line of clips.tsv. Needs espeak-ng and sox.
set -eu
cd "$(dirname "$0")"
rm -f ./*.ul
while IFS="$(printf '\t')" read -r name text; do
	espeak-ng -v en-gb -s 165 -a 140 --stdout "$text" </dev/null |
		sox -q -t wav - -t raw -r 8000 -c 1 -e mu-law -b 8 "$name.ul" \
			gain -6 rate 8000 silence 1 0.01 0.5% reverse silence 1 0.01 0.5% reverse gain -n -6 pad 0 0.08
done <clips.tsv
