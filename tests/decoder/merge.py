"""State of a space as a function of the set of its entries: doc/protocol.md, "Merge", "What does not count still
names", "State digest". Rights are in trust.py."""
import trust
from thidua_decode import (DELETE, INTEGER, KEYED, NEW, NULL, PUT, REFERENCE, RESTATE, SEQ_MAX, H, Unreadable, log_start,
                           u64, varint, write_value)
from trust import ERASURE, TRUST_TYPES, erasures, field, in_past

LOGS_MAX = 65536  # in a log's table, with itself


class Record:
    def __init__(self, record_type, name):
        self.type, self.name = record_type, name
        self.writes = {}  # field -> [(entry, kind, value, entry that spells it)] of counting ones, in causal order

    def standing(self, field):
        """The writes that nothing counting has overwritten."""
        writes = self.writes.get(field, [])
        return [w for w in writes if not any(w[0] is not o[0] and in_past(w[0], o[0]) for o in writes)]


class Space:
    def __init__(self, genesis, logs, registry, version):
        self.genesis, self.space = genesis, genesis.space
        self.registry, self.version = registry, version
        self.logs = {log.name: log for log in logs}
        self.merged = {name: 0 for name in self.logs}
        self.tables = {name: [(self.space,) + name] for name in self.logs}
        self.order, self.aside = [], {}      # entries; entry -> reason
        self.erasers = {}                    # entry -> counting entries that erase its body
        self.restating = {}                  # place of an erased operation -> (entry, index) that restates it
        self.senseless = set()               # entries that say what makes no sense of their past
        self.introduced = {}                 # (log name, seq, op) -> (operation, entry, record's name)
        self.records = {}                    # name -> Record
        while any([self.advance(log) for log in self.logs.values()]):
            pass
        self.judge()

    # What is merged, and in which order.

    def advance(self, log):
        moved = False
        while self.merged[log.name] < len(log.entries):
            entry = log.entries[self.merged[log.name]]
            if not self.ready(log, entry):
                break
            self.merged[log.name] += 1
            self.order.append(entry)
            moved = True
        return moved

    def ready(self, log, entry):
        """False while its past is missing; what it says of its past is taken over when it makes sense."""
        before = log.entries[entry.seq - 2] if entry.seq > 1 else None
        seen = dict(before.vector) if before else {}
        entry.vector = {**seen, log.name: entry.seq}
        entry.wall = entry.header.wall_step + (before.wall if before else 0)
        entry.wall = max(-2 ** 63, min(2 ** 63 - 1, entry.wall))
        table = list(self.tables[log.name])
        for space, device, epoch in entry.header.intros:
            if space == self.space or (space or self.space, device, epoch) in table or len(table) >= LOGS_MAX:
                return self.malformed_past(entry)
            table.append((space or self.space, device, epoch))
        for place, advance, head in entry.header.seen:
            if place >= len(table) or table[place][0] != self.space:
                return self.malformed_past(entry)
            name = table[place][1:]
            seen[name] = seen.get(name, 0) + advance
            if seen[name] > SEQ_MAX:
                return self.malformed_past(entry)
            if self.merged.get(name, 0) < seen[name] or self.logs[name].head(seen[name])[:16] != head:
                return False
        entry.vector = {**seen, log.name: entry.seq}
        self.tables[log.name] = table
        return True

    def malformed_past(self, entry):
        self.senseless.add(entry)
        entry.unread = "what it says of its past is malformed"
        return True

    def judge(self):
        """Trust operations first, then erasures, which need no more than an admin; then names; then the rest."""
        self.trust, self.once = trust.of(self), trust.of(self, lenient=True)
        for entry in filter(erasures, reversed(self.order)):  # who erases has the erased in its past
            if entry in self.erasers:
                continue
            if self.trust.reason(entry):
                self.aside[entry] = self.trust.reason(entry)
                continue
            for operation in erasures(entry):
                self.erasers.setdefault(self.erased_by(entry, operation), []).append(entry)
        self.note_names()
        for entry in self.order:
            reason = "erased" if entry in self.erasers else self.trust.reason(entry)
            if reason:
                self.aside[entry] = reason
        for entry in self.order:
            if entry in self.aside:
                continue
            for index, operation in enumerate(entry.operations):
                if operation.type in self.registry:
                    self.apply(entry, index, operation)

    # Names.

    def resolve(self, entry, reference):
        """(space, log name, seq, op) that a short reference of an entry names."""
        place, seq, op = reference
        if place is None:
            return self.space, entry.log.name, entry.seq, op
        table = self.tables[entry.log.name]
        if place >= len(table):
            raise Unreadable("no log at place %d" % place)
        space, name = table[place][0], table[place][1:]
        if space == self.space and entry.vector.get(name, 0) < seq + (place == 0):
            raise Unreadable("names what is not in the entry's past")
        return space, name, seq, op

    def global_name(self, target):
        """How keys and digests spell what a reference names."""
        space, name, seq, op = target
        known = self.introduced.get((name, seq, op)) if space == self.space else None
        if known and known[0].keyed:
            return b"\2" + known[2]
        return b"\1" + self.operation_name(space, name, seq, op)

    @staticmethod
    def operation_name(space, name, seq, op):
        return log_start(space, *name) + varint(seq) + varint(op)

    def value_bytes(self, entry, kind, value):
        if kind == REFERENCE:
            return self.global_name(self.resolve(entry, value))
        return write_value(kind, value)

    def record_name(self, entry, index, operation):
        if operation.kind == RESTATE and not operation.keyed:
            return self.operation_name(*self.resolve(entry, operation.target))
        if not operation.keyed:
            return self.operation_name(self.space, entry.log.name, entry.seq, index)
        parts = [varint(number) + bytes([kind]) + self.value_bytes(entry, kind, value)
                 for number, kind, value in operation.keys]
        return H("thidua/1 key", varint(operation.type), *parts)

    # What the bodies name, whether they count or not.

    def note_names(self):
        """By a body that is here or, when a counting entry erases it, by that one's restatements."""
        for entry in self.order:
            if entry in self.erasers or entry in self.senseless:
                continue
            for index, operation in enumerate(entry.operations):
                if operation.kind in (NEW, KEYED):
                    self.note_name((entry.log.name, entry.seq, index), entry, index, operation)
        restating = [e for e in self.order if erasures(e) and e not in self.aside and e not in self.erasers]
        for entry in sorted(restating, key=lambda e: e.hash, reverse=True):  # the smaller hash has the last word
            for index, operation in reversed(list(enumerate(entry.operations))):
                if operation.kind == RESTATE:
                    place = self.resolve(entry, operation.target)[1:]
                    self.introduced.pop(place, None)
                    self.restating[place] = entry, index
                    self.note_name(place, entry, index, operation)

    def note_name(self, place, entry, index, operation):
        record_type = self.registry.get(operation.type)
        if not record_type or self.wrong_form(record_type, operation):
            return
        try:
            self.introduced[place] = operation, entry, self.record_name(entry, index, operation)
        except Unreadable:
            pass

    # Whether an entry counts, but for the rights of its device: the form of its operations.

    def misread(self, entry):
        """Why no device might have written it, or None."""
        erased = set()
        for index, operation in enumerate(entry.operations):
            record_type = self.registry.get(operation.type)
            reason = self.misnamed(entry, index, operation) or record_type and self.wrong_form(record_type, operation)
            if not reason and operation.type == ERASURE:
                reason = self.note_erased(entry, operation, erased)
            if not reason and operation.kind == RESTATE and self.resolve(entry, operation.target)[1:3] not in erased:
                reason = "restates what it does not erase"
            if reason:
                return reason
        return None

    def misnamed(self, entry, index, operation):
        references = [v for _, kind, v in operation.keys + operation.fields if kind == REFERENCE]
        for place, _, op in references + [operation.target or (0, 0, 0)]:
            if place is None and op >= index:
                return "names itself or a later operation of its entry"
        try:
            for reference in references:
                self.resolve(entry, reference)
            if operation.target and self.resolve(entry, operation.target)[0] != self.space:
                return "writes into another space"
        except Unreadable as e:
            return str(e)
        return None

    def note_erased(self, entry, operation, erased):
        """Add the log and number that an erasure names to `erased`, or say why it may not be."""
        target = self.erased_by(entry, operation)
        if target is None:
            return "erases nothing of this space's past"
        if any(o.type in TRUST_TYPES for o in target.operations):
            return "erases what trust rests on"
        again = [self.erased_by(entry, o) for o in erasures(entry) if not self.misnamed_fields(entry, o)]
        for operation in erasures(target):
            if operation.kind == NEW and not self.misnamed_fields(target, operation):
                if self.erased_by(target, operation) not in again + [None]:
                    return "erases an erasure, and not what that erased"
        erased.add((target.log.name, target.seq))
        return None

    def misnamed_fields(self, entry, operation):
        try:
            self.erased_by(entry, operation)
        except Unreadable:
            return True
        return False

    def erased_by(self, entry, operation):
        """The entry that an erasure names, or None."""
        kind, value = field(operation, 1)
        if kind != REFERENCE:
            return None
        space, name, seq, _ = self.resolve(entry, value)
        return None if space != self.space or (name, seq) == (entry.log.name, entry.seq) else self.entry(name, seq)

    def entry(self, name, seq):
        return self.logs[name].entries[seq - 1]

    @staticmethod
    def wrong_form(record_type, operation):
        keys = record_type.keys()
        if operation.keyed:
            held = [(number, kind) for number, kind, _ in operation.keys]
            if not keys or held != [(number, record_type.fields[number][0]) for number in keys]:
                return "not the key of its type"
            if any(number in keys for number, _, _ in operation.fields):
                return "a key field twice"
        elif operation.kind in (NEW, RESTATE) and keys:
            return "a keyed type without its key"
        if record_type.number in TRUST_TYPES + (ERASURE,) and operation.kind != NEW:
            return "changes what is only introduced"
        return None

    def owner_of(self, entry, operation):
        """The name of the unit that owns what an operation writes, or None."""
        if operation.kind in (PUT, DELETE):
            known = self.target(entry, operation)
            if not known or known[0].type != operation.type:
                return None
            operation, entry = known[:2]
        number = self.registry[operation.type].owner()
        for held, kind, value in operation.keys + operation.fields:
            if held == number and kind == REFERENCE:
                return self.global_name(self.resolve(entry, value))
        return None

    def target(self, entry, operation):
        """(introducing operation, its entry, record's name) that a put or delete names, or None."""
        return self.introduced.get(self.resolve(entry, operation.target)[1:])

    # What a counting entry writes.

    def apply(self, entry, index, operation):
        record_type = self.registry[operation.type]
        if operation.kind == RESTATE and self.restating[self.resolve(entry, operation.target)[1:]] != (entry, index):
            return
        fields = [(number, kind, value, entry) for number, kind, value in operation.keys + operation.fields]
        if operation.kind in (PUT, DELETE):
            known = self.target(entry, operation)
            if not known or known[0].type != operation.type or record_type.grow_only:
                return
            fields = [f for f in fields if f[0] not in record_type.fixed()]
            name, seq = self.resolve(entry, operation.target)[1:3]
            if self.entry(name, seq) in self.aside:
                fields += [(number, kind, value, known[1]) for number, kind, value in known[0].keys + known[0].fields
                           if number in record_type.keys() + [record_type.owner()]]
            record_name = known[2]
        else:
            record_name = self.record_name(entry, index, operation)
        record = self.records.setdefault(record_name, Record(operation.type, record_name))
        self.write(record, 0, entry, INTEGER, int(operation.kind != DELETE), entry)
        for number, kind, value, said in fields:
            holds = record_type.fields.get(number, (None,))[0]
            if holds is not None and kind in (NULL, holds):
                self.write(record, number, entry, kind, value, said)

    @staticmethod
    def write(record, number, entry, kind, value, said):
        writes = record.writes.setdefault(number, [])
        writes[:] = [w for w in writes if w[0] is not entry]  # the entry's last word
        writes.append((entry, kind, value, said))

    # What is shown, and the digest.

    def displayed(self, record, field):
        """(the write that is displayed, whether different values stand)"""
        standing = record.standing(field)
        values = {(kind, self.value_bytes(said, kind, value)) for _, kind, value, said in standing}
        if field == 0 and len(values) > 1:
            standing = [w for w in standing if w[2]]
        return max(standing, key=lambda w: (w[0].wall, w[0].hash)), len(values) > 1

    def record_digest(self, record):
        out = varint(record.type) + record.name
        for field in sorted(record.writes):
            standing = record.standing(field)
            total = sum_hashes(H("thidua/1 record", entry.log.start + varint(entry.seq) + bytes([kind])
                                 + self.value_bytes(said, kind, value)) for entry, kind, value, said in standing)
            out += varint(field) + varint(len(standing)) + total
        return H("thidua/1 record", out)

    def closed(self, device):
        return self.once.open(device) and not self.trust.open(device)

    def reach(self, name):
        counting = [e for e in self.order if e not in self.aside]
        reach = max([e.vector.get(name, 0) for e in counting], default=0)  # an entry's own place is in its past
        return max([reach] + [self.trust.cutoff(r, name) for r in self.trust.revocations if r.entry in counting])

    def digest(self):
        parts = [u64(self.version), u64(len(self.records)),
                 sum_hashes(self.record_digest(r) for r in self.records.values())]
        for name in sorted(self.logs):
            seq = self.reach(name) if self.closed(name[0]) else self.merged[name]
            if not seq and self.closed(name[0]):
                continue  # some machines have nothing of it
            parts += [name[0], u64(name[1]), u64(seq), self.logs[name].head(seq)]
        return H("thidua/1 state", *parts)


def sum_hashes(hashes):
    return (sum(int.from_bytes(h, "little") for h in hashes) % 2 ** 256).to_bytes(32, "little")
