# Made-up young people who are planted to be looked for. Usage: awk -v count=1000 -v first=50000 -v seed=7 -v day=YYYY-MM-DD \
#     -v list=FILE [-v import=FILE] [-v events=FILE] -f tests/blind/plant.awk
# list: lines "NUMBER GIVEN FAMILY". import: the same people as a table for `schakel record import`; events: a report about each for
# `schakel event add`. Numbers are those of the range for examples from 9999<first> on. Names are no words of any language, and no two
# are the same: three letters of each are its place in the list.
function rnd(n) { seed = (seed * 16807) % 2147483647; return seed % n }
function letter(list) { return substr(list, 1 + rnd(length(list)), 1) }
function syllable() { return letter("bdfgklmnprstvz") letter("aeiou") }
function eleven(s,  i, sum) {
    for (i = 1; i <= 8; i++) sum += (10 - i) * substr(s, i, 1)
    return (sum - substr(s, 9, 1)) % 11 == 0
}
function place(i) { return substr("bdfghklmnprtvz", 1 + int(i / 196) % 14, 1) substr("bdfghklmnprtvz", 1 + int(i / 14) % 14, 1) "o" substr("bdfghklmnprtvz", 1 + i % 14, 1) }
function capital(s) { return toupper(substr(s, 1, 1)) substr(s, 2) }
BEGIN {
    if (import != "") print "number,ident.name,ident.birth_date,enrol.school,enrol.class,att.unauthorised_hours,effort.done" > import
    if (events != "") print "number,event,to" > events
    counter = first - 1
    for (i = 0; i < count; i++) {
        do counter++; while (!eleven(sprintf("9999%05d", counter)))
        number = sprintf("9999%05d", counter)
        given = capital(syllable() syllable() place(i) syllable())
        family = capital(syllable() syllable() place(count - 1 - i) syllable() syllable())
        print number, given, family > list
        # Fourteen years old, so that reports about them mean something.
        if (import != "") print number "," given " " family "," substr(day, 1, 4) - 15 "-06-15,Voorbeeld College,3a,16,spoke with " given " about " number > import
        if (events != "") print number ",VZM,leerplicht" > events
    }
}
