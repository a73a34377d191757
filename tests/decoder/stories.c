/* Cases for "Trust": small stories of who was given which right, lost it, and wrote what meanwhile. */
#include "config.h"

#include "tests/decoder/craft.h"

#define UNIT(n) "01 8001 01 13 01" n
#define ADMIN "11 02"
#define CLERK "11 04"
#define LINK "8901 03 17@O2.0 11 04 14 a001"
#define SIXTEEN "00000000000000000000000000000000"

static const struct deed revocation[] = {
    {'F', "O", "grant of an admin", "01 08 02 16$A " ADMIN},
    {'A', "F", "grant before the cut-off", "01 08 03 16$B " CLERK "57@F1.0"},
    {'B', "A", "with a grant before the cut-off", UNIT("61")},
    {'A', "", "before the cut-off", UNIT("62")},
    {'A', "", "grant after the cut-off", "01 08 03 16$C " CLERK "57@F1.0"},
    {'C', "A", "with a grant after the cut-off", UNIT("63")},
    {'C', "", "its own right handed on, which hangs on a cut one", "01 08 03 16$D " CLERK "57@A3.0"},
    {'D', "C", "with a grant that hangs on a cut one", UNIT("64")},
    {'a', "F", "in a log that no cut-off names", UNIT("65")},
    {'B', "Aa", "put through a cut one", "02 8201 @a1.0 01 23 0162 8201 @A2.0 01 23 0163"},
    {'F', "ABCDa", "revocation with a cut-off", "01 18 02 17@F1.0 16 1a 01 %A2"},
    {'A', "", "beyond the cut-off, seen by nobody", UNIT("66")},
    {'B', "A", "which has seen that", UNIT("67")},
    {'E', "", "by a device without right", UNIT("68")},
    {'F', "A", "the right given anew", "01 08 02 16$A " ADMIN},
    {'A', "F", "with the right given anew", UNIT("69")},
    {'F', "A", "second revocation, which leaves more", "01 18 02 17@F1.0 16 1a 01 %A3"},
    {'F', "", "third revocation, which leaves nothing", "01 18 01 17@F1.0"},
    {'F', "B", "revocation of a grant that is not in force any more", "01 18 02 17@A1.0 16 1a 01 %B1"},
    {'F', "D", "revocation in an entry with other writes", "02 8001 01 13 0161 18 01 17@C2.0"},
};

static const struct deed malformed[] = {
    {'F', "O", "grant of a clerk", "01 08 02 16$A " CLERK},
    {'A', "F", "first", UNIT("61")},
    {'A', "", "second", UNIT("62")},
    {'a', "F", "in another log", UNIT("63")},
    {'B', "", "another device's", UNIT("64")},
    {'F', "A1aB", "what it has seen", UNIT("6b")},
    {'F', "", "cut-offs that descend", "01 18 02 17@F1.0 16 33 02 %a1 %A1"},
    {'F', "", "cut-offs twice the same", "01 18 02 17@F1.0 16 33 02 %A1 %A1"},
    {'F', "", "cut-off with another hash", "01 18 02 17@F1.0 16 1a 01 !A1 " SIXTEEN},
    {'F', "", "cut-off that was not seen", "01 18 02 17@F1.0 16 1a 01 %A2"},
    {'F', "", "cut-off in another device's log", "01 18 02 17@F1.0 16 1a 01 %B1"},
    {'F', "", "cut-off at entry 0", "01 18 02 17@F1.0 16 1a 01 !A0 " SIXTEEN},
    {'F', "", "cut-offs with a byte behind", "01 18 02 17@F1.0 16 1b 01 %A1 00"},
    {'F', "", "cut-offs that end early", "01 18 02 17@F1.0 16 1a 02 %A1"},
    {'F', "", "cut-offs with a long count", "01 18 02 17@F1.0 16 1b 8100 %A1"},
    {'F', "", "cut-offs without a byte", "01 18 02 17@F1.0 16 00"},
    {'F', "", "cut-offs that are a text", "01 18 02 17@F1.0 13 0161"},
    {'F', "", "revocation of an integer", "01 18 01 11 02"},
    {'F', "", "revocation of a unit", "01 18 01 17@A1.0"},
    {'F', "", "revocation of nothing that is there", "01 18 01 17@A1.5"},
    {'F', "", "revocation of the founder by himself", "01 18 00"},
    {'A', "F", "still with its right", UNIT("65")},
    {'A', "", "revocation of itself", "01 18 01 17@F1.0"},
    {'F', "", "grant of an admin", "02 08 02 16$C " ADMIN "08 02 16$D " ADMIN},
    {'C', "F", "revocation by a sibling", "01 18 01 17@F1.0"},
    {'C', "", "revocation of the founder by an admin", "01 18 00"},
    {'C', "", "revocation of itself by an admin", "01 18 01 17@F18.0"},
    {'C', "A", "grant by an admin", "01 08 03 16$E " CLERK "57@F18.0"},
    {'E', "C", "with that", UNIT("66")},
    {'D', "CEF", "revocation by the giver's sibling", "01 18 01 17@C4.0"},
    {'E', "", "still with it", UNIT("67")},
    {'C', "E", "revocation by the giver", "01 18 02 17@C4.0 16 1a 01 %E1"},
    {'E', "", "beyond it", UNIT("68")},
    {'F', "A", "empty cut-offs", "01 18 02 17@F1.0 16 01 00"},
    {'A', "F", "with nothing left", UNIT("69")},
    {'F', "", "revocation of a grant in the entry", "02 08 02 16$G " CLERK "18 01 17 0000"},
    {'G', "F", "with it", UNIT("6a")},
};

static const struct deed handing_on[] = {
    {'F', "O", "grants", "03 08 02 16$A " CLERK "08 03 16$U 11 08 17@O2.0 08 02 16$C " ADMIN},
    {'A', "F", "its own right handed on", "01 08 03 16$B " CLERK "57@F1.0"},
    {'B', "A", "with that", UNIT("61")},
    {'A', "", "more than its own right", "01 08 03 16$E " ADMIN "57@F1.0"},
    {'A', "", "another's right", "01 08 03 16$E 11 08 57@F1.1"},
    {'A', "", "without a parent", "01 08 02 16$E " CLERK},
    {'A', "", "another parent", "01 08 03 16$E " CLERK "57@F1.2"},
    {'A', "", "its own right and something else", "02 08 03 16$E " CLERK "57@F1.0 8001 01 13 0161"},
    {'A', "", "its own right twice", "02 08 03 16$E " CLERK "57@F1.0 08 03 16$E " CLERK "57@F1.0"},
    {'E', "A", "with none of these", UNIT("62")},
    {'B', "", "a right that was handed on, once more", "01 08 03 16$G " CLERK "57@A1.0"},
    {'G', "B", "with that", UNIT("63")},
    {'U', "FO", "a unit's right handed on", "01 08 04 16$V 11 08 17@O2.0 47@F1.1"},
    {'V', "UO", "with that", "01 9001 02 13 0161 8701 @O2.0"},
    {'U', "", "a unit's right for another unit", "01 08 04 16$W 11 08 17@O3.0 47@F1.1"},
    {'U', "", "a unit's right without unit", "01 08 03 16$W 11 08 57@F1.1"},
    {'C', "FGAB", "grant of an admin without parent", "01 08 02 16$H " CLERK},
    {'H', "C", "with that", UNIT("64")},
    {'C', "", "two grants under two parents", "02 08 03 16$H " CLERK "57@F1.2 08 03 16$H " CLERK "57@A1.0"},
    {'C', "", "grant under a unit record", "01 08 03 16$H " CLERK "57@B1.0"},
    {'C', "", "grant whose parent is an integer", "01 08 03 16$H " CLERK "51 02"},
    {'C', "", "grant whose parent is null", "01 08 03 16$H " CLERK "50"},
    {'C', "", "good grant", "01 08 03 16$I 11 08 57@F1.2"},
    {'C', "", "grant with a role that there is not", "01 08 03 16$J 11 06 57@F1.2"},
    {'J', "C", "that role handed on", "01 08 03 16$K 11 06 57@C7.0"},
    {'F', "C", "founder's, with parent integer", "01 08 03 16$L " CLERK "51 02"},
    {'L', "F", "with that", UNIT("65")},
    {'F', "", "founder's, under another's right", "01 08 03 16$M " CLERK "57@F1.2"},
    {'F', "", "grant under one of the same entry", "02 08 02 16$F " ADMIN "08 03 16$M " CLERK "57 0000"},
    {'M', "F", "with none of these", UNIT("66")},
    {'F', "ABG", "the root of what was handed on revoked", "01 18 02 17@F1.0 16 1a 01 %A1"},
    {'G', "F", "still with it", UNIT("67")},
    {'F', "G", "and once more, from the start", "01 18 01 17@F1.0"},
    {'G', "F", "without it", UNIT("68")},
};

static const struct deed moving[] = {
    {'F', "", "grants", "02 08 02 16$A " ADMIN "08 02 16$B " CLERK},
    {'A', "F", "first adoption by an admin that is not the founder", "01 10 01 16$X"},
    {'F', "A", "adoption beside another operation", "02 10 01 16$X 8001 01 13 0161"},
    {'F', "", "adoption that names a grant before it", "01 10 02 16$X 37@F1.0"},
    {'F', "O", "first adoption", "01 10 01 16$P"},
    {'F', "", "adoption with a rival in its past", "01 10 01 16$X"},
    {'X', "F", "with none of these", UNIT("61")},
    {'P', "F", "superior", UNIT("62")},
    {'P', "", "superior's grant of an admin", "01 08 02 16$S " ADMIN},
    {'P', "", "superior's grant of a clerk", "01 08 03 16$T " CLERK "57@F4.0"},
    {'S', "PF", "admin of the superior's", UNIT("63")},
    {'T', "PF", "clerk of the superior's", UNIT("64")},
    {'A', "F", "adoption by an admin of the founder's", "01 10 02 16$X 37@F4.0"},
    {'T', "", "adoption by a clerk of the superior's", "01 10 02 16$X 37@F4.0"},
    {'S', "T1", "second adoption, by an admin of the superior's", "01 10 02 16$Q 37@F4.0"},
    {'T', "", "outside the second adoption's past", UNIT("65")},
    {'P', "", "the former superior's, outside of it", UNIT("66")},
    {'P', "", "its grant, outside of it", "01 08 03 16$Y " CLERK "57@F4.0"},
    {'Y', "P", "with that", UNIT("67")},
    {'P', "S", "revocation by the former superior", "01 18 01 17@F1.0"},
    {'A', "P", "of the founder's admin", UNIT("68")},
    {'Q', "SAF", "the second superior", UNIT("69")},
    {'Q', "", "revocation of the founder by the superior", "01 18 01 26 1a 01 %F4"},
    {'F', "Q", "beyond it", UNIT("6a")},
    {'A', "", "the founder's grant stays", UNIT("6b")},
    {'Q', "PS", "revocation of the adoption before", "01 18 02 17@F4.0 16 1a 01 %P2"},
    {'Q', "A", "revocation of the founder from the first entry on", "01 18 00"},
    {'A', "", "the founder's grant falls", UNIT("6c")},
    {'Q', "", "third adoption", "01 10 02 16$R 37@S2.0"},
    {'R', "QS", "the third superior", UNIT("6d")},
    {'R', "", "revocation of the adoption before", "01 18 01 17@S2.0"},
    {'R', "", "revocation of its own adoption", "01 18 01 17@Q5.0"},
    {'R', "", "adoption of the founder", "01 10 02 16$F 37@Q5.0"},
    {'F', "R", "with that", UNIT("6e")},
    {'F', "", "without parent", "01 08 02 16$Z " CLERK},
    {'F', "", "with the adoption as parent", "01 08 03 16$Z " CLERK "57@R4.0"},
    {'Z', "F", "with that", UNIT("6f")},
    {'F', "", "adoption of nobody", "01 10 01 47@R4.0"},
    {'f', "R", "adoption of somebody, with another hash", "01 10 02 16$A 37@R4.0"},
};

#define RIVALS \
    {'F', "O", "adoption", "01 10 01 16$P"}, \
    {'f', "O", "a rival", "01 10 01 16$Q"}, \
    {'P', "F", "of the one", UNIT("61")}, \
    {'Q', "f", "of the other", UNIT("62")}

static const struct deed rival[] = {
    RIVALS,
    {'F', "PQf", "the founder, who saw all", UNIT("67")},
    {'P', "f", "the one goes on", UNIT("68")},
    {'Q', "F", "the other goes on", UNIT("69")},
    {'P', "", "revocation of the rival", "01 18 01 17@f1.0"},
    {'Q', "", "revocation of the rival", "01 18 01 17@F1.0"},
};

/* Whoever is displaced, what follows on him was displaced, too, and is closed. */
static const struct deed displaced[] = {
    RIVALS,
    {'P', "", "of the one, a grant", "01 08 02 16$C " CLERK},
    {'Q', "", "of the other, a grant", "01 08 02 16$D " CLERK},
    {'C', "P", "with that of the one", UNIT("63")},
    {'D', "Q", "with that of the other", UNIT("64")},
    {'P', "", "next adoption of the one", "01 10 02 16$R 37@F1.0"},
    {'Q', "", "next adoption of the other", "01 10 02 16$S 37@f1.0"},
    {'R', "P", "with the next of the one", UNIT("65")},
    {'S', "Q", "with the next of the other", UNIT("66")},
    {'F', "PQRSCDf", "the founder, who saw all", UNIT("67")},
    {'R', "Qf", "revocation of the rival", "01 18 01 17@f1.0"},
    {'S', "PF", "revocation of the rival", "01 18 01 17@F1.0"},
};

/* Two erasures of one body give a person two owners: whether an owner's put counts is asked anew. */
static const struct deed erased_again[] = {
    {'F', "O", "grants", "02 08 02 16$A " CLERK "08 03 16$H 11 08 17@O2.0"},
    {'A', "FO", "to be erased", "01 9001 02 13 0161 8701 @O2.0"},
    {'H', "AF", "put by its owner", "01 9201 @A1.0 01 33 0164"},
    {'F', "A", "with its owner", "02 40 01 17@A1.0 9501 @A1.0 00 02 13 0161 8701 @O2.0"},
    {'F', "", "with another owner", "02 40 01 17@A1.0 9501 @A1.0 00 02 13 0164 8701 @O3.0"},
};

/* Two erasures of one body give an operation two keys: there are two records. */
static const struct deed restated_twice[] = {
    {'F', "O", "grant of a clerk", "01 08 02 16$A " CLERK},
    {'A', "FO", "to be erased", "01 " LINK "01 47@O3.0"},
    {'F', "A", "with its key", "02 40 01 17@A1.0 8d01 @A1.0 01 03 17@O2.0 11 04 14 a001 01 47@O3.0"},
    {'F', "", "with another key", "02 40 01 17@A1.0 8d01 @A1.0 01 03 17@O3.0 11 04 14 a001 01 47@O4.0"},
};

/* A past grows also by what an entry saw that does not count itself. */
static const struct deed seen_aside[] = {
    {'F', "O", "grant of a clerk", "01 08 02 16$A " CLERK},
    {'A', "F", "its only entry", UNIT("61")},
    {'F', "A", "which saw that and does not count", "01 18 01 11 02"},
    {'F', "", "which saw no more and counts", UNIT("62")},
    {'F', "", "revocation from the first entry on", "01 18 01 17@F1.0"},
};

static const struct deed erasure[] = {
    {'F', "O", "grants",
     "04 08 02 16$A " CLERK "08 02 16$B " CLERK "08 03 16$H 11 08 17@O2.0 08 02 16$C " ADMIN},
    {'A', "FO", "to be erased",
     "04 8001 01 13 0161 " LINK "01 47@O3.0 9001 02 13 0161 8701 @O2.0 8001 01 13 0162"},
    {'B', "AFO", "puts through it",
     "03 8201 @A1.0 01 23 0162 8a01 @A1.1 01 47@O4.0 9201 @A1.2 01 23 0163"},
    {'B', "", "deletes through it", "01 8301 @A1.3"},
    {'H', "AF", "put by its owner", "01 9201 @A1.2 01 33 0164"},
    {'B', "", "the same key", "01 " LINK "01 47@O4.0"},
    {'B', "", "a key that names it", "01 8901 03 17@A1.0 11 04 14 a001 00"},
    {'A', "", "to be erased, not restated", "02 8001 01 13 0162 9001 02 13 0163 8701 @O2.0"},
    {'B', "A", "puts through that", "02 8201 @A2.0 01 23 0162 9201 @A2.1 01 23 0162"},
    {'B', "", "erasure by a clerk", "01 40 01 17@A1.0"},
    {'F', "ABH", "erasure of a trust entry", "01 40 01 17@F1.0"},
    {'F', "", "erasure of nothing", "01 40 00"},
    {'F', "", "erasure of an erasure", "01 40 01 17@F2.0"},
    {'F', "", "restatement without erasure", "01 8501 @A1.0 00 01 13 0161"},
    {'F', "", "restatement before the erasure", "02 8501 @A1.0 00 01 13 0161 40 01 17@A1.0"},
    {'F', "", "restatement of another body", "02 40 01 17@A1.0 8501 @A2.0 00 01 13 0161"},
    {'F', "", "restatement of a trust type", "02 40 01 17@A1.0 0d @A1.0 00 02 16$G " CLERK},
    {'F', "", "keyed restatement of another type", "02 40 01 17@A1.0 8501 @A1.0 01 01 13 0161 00"},
    {'F', "", "unkeyed restatement of a keyed type", "02 40 01 17@A1.0 8d01 @A1.1 00 01 47@O3.0"},
    {'F', "", "erasure put", "01 42 @F2.0 01 20"},
    {'F', "", "erasure with restatements",
     "05 40 01 17@A1.0 8501 @A1.0 00 01 13 0165 8d01 @A1.1 01 03 17@O2.0 11 04 14 a001 01 47@O3.0 "
     "9501 @A1.2 00 02 13 0165 8701 @O2.0 8501 @A1.3 00 00"},
    {'B', "F", "puts through the restatement",
     "02 8201 @F12.1 01 23 0166 8a01 @F12.2 01 47@O4.0"},
    {'B', "", "puts through the erased", "03 8201 @A1.0 01 33 0166 9201 @A1.2 01 33 0167 8201 @A1.3 01 33 0168"},
    {'H', "F", "put by its owner, after it", "01 9201 @A1.2 01 23 0168"},
    {'H', "", "put by another, after it", "01 8201 @A1.0 01 23 0168"},
    {'C', "FA", "erasure without restatement", "01 40 01 17@A2.0"},
    {'F', "", "another erasure, with other restatements",
     "04 40 01 17@A1.0 8501 @A1.0 00 01 13 0165 8d01 @A1.1 01 03 17@O2.0 11 04 14 a001 01 47@O4.0 "
     "9501 @A1.2 00 02 13 0166 8701 @O2.0"},
    {'B', "F", "puts through the erased, which has two restatements",
     "03 8201 @A1.0 01 33 0166 8a01 @A1.1 01 47@O2.0 9201 @A1.2 01 33 0168"},
    {'A', "", "goes on", UNIT("64")},
    {'B', "A", "puts through that", "01 8201 @A3.0 01 23 0169"},
    {'C', "AB", "erasure that will be cut off", "02 40 01 17@A3.0 8501 @A3.0 00 01 13 0169"},
    {'F', "C", "revocation of that", "01 18 02 17@F1.3 16 1a 01 %C1"},
};

#define STORY(deeds, differs) {deeds, sizeof deeds / sizeof deeds[0], #deeds, differs}

const struct story_text stories[] = {
    STORY(revocation, false), STORY(malformed, false), STORY(handing_on, false),
    STORY(moving, false), STORY(rival, false), STORY(erasure, false),
    STORY(displaced, true), STORY(erased_again, true), STORY(restated_twice, true),
    STORY(seen_aside, true),
};
const size_t stories_count = sizeof stories / sizeof stories[0];
