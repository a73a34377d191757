"""TAP: what the documents freeze, then real logs. checks.py SRCDIR RECORDS FACTS, the last as export.c prints it."""
import pathlib
import sys
import traceback

import bundle
import documents
import session
from merge import Space
from thidua_decode import (Genesis, Header, LaterRelease, Log, Malformed, Reader, decode_body, encode_body,
                           read_registry)


class SpaceFacts:
    """What the engine says of one space on one machine."""

    def __init__(self, node, genesis, digest):
        self.node, self.genesis, self.digest = node, Genesis(bytes.fromhex(genesis)), digest
        self.logs, self.merged, self.aside, self.records = [], {}, {}, []


def entry_name(device, epoch, seq):
    return (bytes.fromhex(device), int(epoch)), int(seq)


def read_facts(lines):
    """([SpaceFacts], {entry: what it tries}, [(what it is, verdict, bytes used, bytes)], base)"""
    spaces, cases, mutants, node = [], {}, [], None
    base = {"base": None, "party": [], "upto": []}
    for line in lines:
        word, *rest = line.split(" ")
        if word == "node":
            node = " ".join(rest)
        elif word == "space":
            spaces.append(SpaceFacts(node, *rest))
        elif word == "log":
            log = Log(spaces[-1].genesis.space, bytes.fromhex(rest[0]), int(rest[1]))
            spaces[-1].logs.append(log)
            spaces[-1].merged[log.name] = int(rest[2])
        elif word == "run":
            log.append_run(bytes.fromhex(rest[2]), int(rest[0]), bytes.fromhex(rest[1]))
        elif word == "aside":
            spaces[-1].aside[log.name, int(rest[0])] = " ".join(rest[1:])
        elif word == "record":
            at, live, conflict = entry_name(*rest[:3]) + (int(rest[3]),), rest[5] == "1", rest[6] == "1"
            spaces[-1].records.append((at, int(rest[4]), live, conflict, []))
        elif word == "field":
            spaces[-1].records[-1][4].append((int(rest[0]), entry_name(*rest[1:4]), rest[4] == "1"))
        elif word == "case":
            cases[entry_name(*rest[:3])] = " ".join(rest[3:])
        elif word in ("body", "header", "message"):
            mutants.append((word, rest[0], int(rest[1]), bytes.fromhex(rest[2])))
        elif word == "base":
            base["base"] = bytes.fromhex(rest[0])
        elif word in base:
            base[word].append(tuple(int(x) if len(x) < 20 and x.isdigit() and i > 1 else bytes.fromhex(x)
                                    for i, x in enumerate(rest)))
        else:
            raise ValueError(line)
    return spaces, cases, mutants, base


def same_base(base):
    ours = session.base_digest(base["party"], base["upto"])
    return [] if ours == base["base"] else ["here %s, the engine %s" % (ours.hex(), base["base"].hex())]


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def check(self, sentence, function, *arguments):
        """The function gives back lines that say what differs, or nothing; "# TODO" expects a difference."""
        self.count += 1
        try:
            differences = function(*arguments) or []
        except Exception:
            differences = traceback.format_exc().splitlines()
        for line in differences:
            print("# " + line)
        self.failed += bool(differences) and "# TODO" not in sentence
        print("%s %d - %s" % ("not ok" if differences else "ok", self.count, sentence), flush=True)


def short(x):
    """A value for a message: bytes as the first of their hex digits."""
    if isinstance(x, bytes):
        return x.hex()[:8]
    if isinstance(x, dict):
        return "{%s}" % ", ".join("%s: %s" % (short(k), short(v)) for k, v in x.items())
    return "(%s)" % ", ".join(map(short, x)) if isinstance(x, tuple) else str(x)


def compare(what, ours, theirs, show):
    for key in sorted(set(ours) | set(theirs)):
        if ours.get(key) != theirs.get(key):
            yield "%s of %s: here %s, the engine %s" % (
                what, show(key), short(ours.get(key)), short(theirs.get(key)))


def same_bytes(facts):
    return ["%s: entry %d" % (f.node, e.seq) for f in facts for log in f.logs for e in log.entries
            if not e.erased and e.encode() != e.item]


def verdict(word, octets):
    """(the engine's name for it, bytes used)"""
    try:
        if word == "message":
            return session.verdict(octets)
        if word == "header":
            header = Header(Reader(octets))
            assert header.encode() == header.octets
            return "ok", len(header.octets)
        assert encode_body(decode_body(octets)) == octets
        return "ok", 0
    except Malformed:
        return "format", 0
    except LaterRelease:
        return "unsupported", 0


def same_verdicts(mutants):
    verdicts = {v for _, v, _, _ in mutants}
    assert verdicts == {"ok", "format", "unsupported"}, verdicts
    return ["%s %s: here %s, the engine %s %d" % (word, octets.hex(), verdict(word, octets), theirs, used)
            for word, theirs, used, octets in mutants if verdict(word, octets) != (theirs, used)]


def each(facts, spaces, compare_one):
    return ["%s, space %s: %s" % (f.node, f.genesis.space.hex()[:8], line)
            for f, space in zip(facts, spaces) for line in compare_one(f, space)]


def same_merged(f, space):
    return compare("merged", space.merged, f.merged, lambda name: name[0].hex()[:8])


def same_counting(cases):
    def compare_one(f, space):
        ours = {(e.log.name, e.seq): reason for e, reason in space.aside.items()}
        for at in sorted(set(ours) | set(f.aside)):
            if (at in ours) != (at in f.aside):
                yield "entry %d of %s %d (%s): here %s, the engine %s" % (
                    at[1], at[0][0].hex()[:8], at[0][1], cases.get(at), ours.get(at), f.aside.get(at))
    return compare_one


def engine_record(f, space, at, record_type, live, conflict, fields):
    shown = {number: (stamp, differ) for number, stamp, differ in fields}
    return record_type, live, conflict, shown


def our_record(space, record):
    life, conflict = space.displayed(record, 0)
    shown = {}
    for number in sorted(record.writes):
        if number:
            (entry, _, _), differ = space.displayed(record, number)
            shown[number] = (entry.log.name, entry.seq), differ
    return record.type, bool(life[2]), conflict, shown


def same_records(cases):
    def compare_one(f, space):
        ours = {name: our_record(space, r) for name, r in space.records.items() if 0 in r.writes}
        theirs, places = {}, {}
        for record in f.records:
            (log, seq, op) = record[0]
            name = space.introduced[log, seq, op][2]
            places[name] = "%d.%d (%s)" % (seq, op, cases.get((log, seq)))
            theirs[name] = engine_record(f, space, *record)
        return compare("record", ours, theirs, lambda name: places.get(name, name.hex()))
    return compare_one


def same_digest(f, space):
    if space.digest().hex() != f.digest:
        yield "here %s, the engine %s" % (space.digest().hex(), f.digest)


def written_before(facts, cases):
    """A put through an introduction that did not count belongs to the record once another one counts."""
    at = next(at for at, words in cases.items() if words == "the same key with right")
    fields = [r[4] for f in facts for r in f.records if r[0][:2] == at]
    assert fields, "no such record"
    return [] if any(number == 5 for number, _, _ in fields[0]) else ["the put is lost"]


def main(source, records, facts_path):
    source, tap = pathlib.Path(source), Tap()
    protocol, transport, sessions = ((source / "doc" / name).read_text("utf-8")
                                     for name in ("protocol.md", "transport.md", "session.md"))
    for function, sentence in documents.CHECKS:
        tap.check(sentence, function, protocol, transport)
    tap.check("the shipped dictionary is the one that is named", documents.dictionary, protocol, transport,
              lambda name: (source / name).read_bytes())
    tap.check("the frozen messages are read and written alike", documents.messages, sessions)
    tap.check("the frozen bundle follows from its keys", bundle.check,
              (source / "doc/bundle.md").read_text("utf-8"))
    version, registry = read_registry(pathlib.Path(records).read_text("utf-8"))
    facts, cases, mutants, base = [], {}, [], {}

    def read():
        spaces, tried, changed, last = read_facts(pathlib.Path(facts_path).read_text("utf-8").splitlines())
        facts.extend(spaces)
        cases.update(tried)
        mutants.extend(changed)
        base.update(last)

    tap.check("every chain of real logs ends where its signatures say", read)
    tap.check("every real entry encodes to the bytes that it was decoded from", same_bytes, facts)
    tap.check("a base has the same digest", same_base, base)
    tap.check("headers, bodies and messages with bytes changed are taken and refused alike", same_verdicts, mutants)
    spaces = [Space(f.genesis, f.logs, registry, version) for f in facts]
    tap.check("the same entries are merged and held", each, facts, spaces, same_merged)
    tap.check("the same entries count", each, facts, spaces, same_counting(cases))
    tap.check("the same values stand, are displayed and are in conflict", each, facts, spaces, same_records(cases))
    tap.check("every space's state digest is the same", each, facts, spaces, same_digest)
    tap.check("a put reaches a keyed record through an introduction without right # TODO see doc/protocol.md, Trust",
              written_before, facts, cases)
    print("1..%d" % tap.count)
    return tap.failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
