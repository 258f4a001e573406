# The sample region: fictional, the same at every run. Usage: awk -v dir=tests/data/region -f tests/data/make.awk
# 200 young people of 4 to 22 on the region's day, 2026-09-01 unless -v day=YYYY-MM-DD says another (the demo takes today,
# so that the ages its scenes need stay true). Citizen numbers: 9999xxxxx that pass the eleven-test, in order.
# Names are put together from syllables; streets and notes are made up. Only arithmetic below 2^53, so every awk agrees.

function rnd(n) { seed = (seed * 16807) % 2147483647; return seed % n }
function pick(list,  a, n) { n = split(list, a, " "); return a[1 + rnd(n)] }
function eleven(s,  i, sum) {
    for (i = 1; i <= 8; i++) sum += (10 - i) * substr(s, i, 1)
    return (sum - substr(s, 9, 1)) % 11 == 0
}
function next_number() { do counter++; while (!eleven(sprintf("9999%05d", counter))); return sprintf("9999%05d", counter) }
function given() { return pick("Bra Cel Dav Eli Fem Gij Han Ilo Jur Kal Lis Mar Nou Ola Pie Quin Ros Sil Tijs Yar") pick("an e in ja mo na ra sa ta vi") }
function family(  p) { p = pick("van|der|_ de|_ van|_ 't|_ - - -"); if (p == "-") p = ""; gsub(/\|/, " ", p); sub(/_/, "", p); return p pick("Wilgen Sloot Molen Linden Dijk Heide Veld Brug Kade Polder") pick("kamp hof stra ma man veen laar rode") }
function cell(s) { return s ~ /[",]/ ? "\"" s "\"" : s }
function birth(age,  m, d) {
    m = 1 + rnd(12); d = 1 + rnd(28)
    if (age_fixed) { m = 1; d = 1 }
    return sprintf("%04d-%02d-%02d", year - age - (m > month || (m == month && d > mday)), m, d)
}
function custody(age,  r) {
    if (age >= 18) return ""
    r = rnd(100)
    return r < 62 ? "g1 g2" : r < 86 ? "g1" : r < 95 ? "voogd" : ""
}
BEGIN {
    seed = 20260901
    if (day == "") day = "2026-09-01"
    year = substr(day, 1, 4) + 0; month = substr(day, 6, 2) + 0; mday = substr(day, 9, 2) + 0
    recent = sprintf("%04d-%02d-", month > 1 ? year : year - 1, month > 1 ? month - 1 : 12)
    school = dir "/vo.csv"; att = dir "/vo-absence.csv"; lpl = dir "/leerplicht.csv"; cjg = dir "/cjg.csv"; team = dir "/wijkteam.csv"
    head = "number,ident.name,ident.birth_date,ident.address,ident.contact,guard.custody,guard.g1,guard.g2,guard.proof_date"
    print head ",enrol.school,enrol.class,enrol.since,att.unauthorised_hours,att.last_day,att_sick.days,effort.done,need.text,plan.goal,learn.level,own_words.text" > school
    print "number,date,lesson,kind,reason_known" > att
    print head ",enrol.school,enrol.since" > lpl
    print head ",care_fact.text,plan.goal,known.contact" > cjg
    print head ",status.state,plan.goal" > team
    for (i = 0; i < 200; i++) {
        number = next_number(); age = 4 + int(i * 19 / 200)
        if (i == 0) age = 13   # the first three play the leading parts of the demo
        if (i == 1) age = 14
        if (i == 2) age = 15
        f = family(); name = given() " " f
        age_fixed = i < 3; born = birth(age); street = pick("Zilver Koper Tin Lood Kobalt") pick("pad laan hof steeg")
        address = street " " (1 + rnd(120)) ", Voorbeeldstad"
        who = i < 3 ? "g1 g2" : custody(age)
        g1 = who ~ /g1/ ? given() " " f : who ~ /voogd/ ? "Stichting Voorbeeldvoogdij" : ""
        g2 = who ~ /g2/ ? given() " " family() : ""
        contact = "ouder" i "@voorbeeld.example"
        base = number "," name "," born "," cell(address) "," contact "," who "," g1 "," g2 "," (who == "" ? "" : recent "20")
        hours = i < 3 ? 16 : rnd(5) ? rnd(6) : 8 + rnd(20)
        sick = rnd(4) ? 0 : rnd(12)
        since = sprintf("%04d-08-01", year - 1 - (age < 5 ? 0 : rnd(3)))
        if (age >= 12 && age <= 18) {
            print base ",Voorbeeld College," (age - 11) pick("a b c") "," since "," hours "," recent sprintf("%02d", 10 + rnd(15)) "," sick \
                "," cell("spoke with " (who == "" ? name : "the family") ", made agreements") ",quiet place to start the day,back in class on all mornings," \
                pick("vmbo-b vmbo-t havo vwo") "," cell("I want to catch up at my own pace") > school
            for (k = 0; k < hours && k < 24; k++)
                print number "," recent sprintf("%02d", 1 + rnd(28)) "," (1 + rnd(8)) "," pick("unauthorised unauthorised unauthorised late sick") "," pick("yes no") > att
        }
        print base "," (age < 12 ? "Voorbeeld Basisschool" : "Voorbeeld College") "," since > lpl
        if (i < 3 || rnd(3) == 0) print base "," cell("help runs since " since) ",quiet evenings at home," "desk " (1 + rnd(9)) > cjg
        if (i < 3 || rnd(5) == 0) print base ",busy,one fixed contact person" > team
    }
}
