#!/bin/sh
# An experiment from the form to its figure without leaving the screen, in a real terminal: two losses and two
# seeds, watched, marked, compared, as a table of means, image by image, asked by SQL, drawn. Prints TAP.
. "$TOP_SRCDIR/tests/kit/tap.sh"
. "$TOP_SRCDIR/tests/kit/screen.sh"
size='-x 120 -y 40'
with="cd '$dir' &&" # the present folder is where figures go

# The first run is there already: the form begins as it was launched.
"$combolab" synth "$dir/set" --count 20 --size 40 --threads 1 >"$dir/out" 2>&1 &&
    "$combolab" train -q -D "$db" --data "$dir/set" --image-size 32 --batch 8 --threads 1 --epochs 2 --save-every 0 \
        --loss l1 --seed 1 --learning-rate 0.001 --experiment story >"$dir/out" 2>&1
result $? "portraits are drawn, and a first run has been trained"

# --- a sweep from the form ---
begin -D "$db"
shows 'Runs · 1 ' "the run is in the list"
key n
shows 'Launch a run' "n opens the form"
field loss l1,mse
field seed 2-3
shows 'Launch 4 runs' "two losses and two seeds are four runs"
key F2
shows '4 runs are queued' "F2 launches them"

# --- watched ---
key 2
shows '[12]/2' "2 shows one that trains, by epochs"
key 1
shows 'Runs · 5 ' "1 is the list of all of them"
all_finished() {
    [ "$(screen | grep -c '✓ finished')" -eq 5 ]
}
while ! all_finished && [ "$(date +%s)" -lt $end ]; do
    sleep 0.1
done
all_finished
result $? "which finish one after the other"

# --- two are marked, and compared ---
key g
key Space
shows '1 marked' "Space marks a run"
key Space
shows '2 marked' "and the next"
key 3
shows 'Compare · 2 runs' "3 lays the two side by side"
shows 'baseline run 4' "the older one is the baseline"
shows '\[PC\] ─* best at [a-z0-9]* -*0\.[0-9]*: run [45]' "curve by curve"
key i
shows '^▌*  *seed ' "i shows what differs in their settings"
key i

# --- the ablation ---
key 4
shows 'Ablation · story' "4 is the table of the experiment"
shows '5 of 5 finished' "with all of its runs"
shows 'l1  *-*0\.[0-9]* ± 0\.[0-9]* (3)' "the mean and deviation of three seeds of l1"
shows 'mse  *-*0\.[0-9]* ± 0\.[0-9]* (2 of 3)' "and of the two of mse, where the third is missing"
key F
shows 'the figure is in .*\.pdf' "F draws it into a file"
head -c 4 "$dir"/*.pdf | grep -q '%PDF'
result $? "which is a PDF" "$(ls "$dir")"

# --- image by image ---
key 1
shows 'Runs · 5 ' "back in the list"
key 5
shows 'Predictions · 3 ' "5 shows what the run below the marked ones predicts"
shows 'n 8  PC ' "of all test images"
shows '▌ portrait-' "by their names"

# --- SQL ---
key 6
shows 'Statement' "6 takes a statement"
key -l "SELECT loss, count(*) AS runs, max(seed) AS newest FROM run GROUP BY loss"
key C-x
shows '^▌*  *l1  *3  *3' "Ctrl-X runs it: three runs of l1"
shows 'mse  *2  *3' "and two of mse"
key Escape
key 1
shows 'Runs · 5 ' "a digit leaves it"
key q
shows 'ended: 0' "q ends the story"
tap_done
