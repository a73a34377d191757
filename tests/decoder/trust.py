"""Which rights the devices of a space have, and what these allow: doc/protocol.md, "Trust"."""
from thidua_decode import BYTES, INTEGER, NEW, NULL, REFERENCE, Malformed, Reader, Unreadable

ADMIN, CLERK, UNIT, EVENT, REVIEWER = 1, 2, 4, 8, 16
GRANT, ADOPTION, REVOCATION, ERASURE = 1, 2, 3, 8
DEPTH_MAX = 32  # parents above a right
TRUST_TYPES = GRANT, ADOPTION, REVOCATION


def in_past(one, other):
    return other.vector.get(one.log.name, 0) >= one.seq


def field(operation, number):
    """(kind, value); what is not there is null."""
    return next(((kind, value) for held, kind, value in operation.fields if held == number), (NULL, None))


def trusted(entry):
    return [o for o in entry.operations if o.type in TRUST_TYPES]


def erasures(entry):
    return [o for o in entry.operations if o.type == ERASURE]


class Right:
    """The founder's (no entry), or what a grant or an adoption gives, whether it is in force or not."""

    def __init__(self, device, role, entry=None, operation=None):
        self.device, self.role = device, role
        self.entry, self.operation = entry, operation
        self.is_grant = operation is not None and operation.type == GRANT
        self.unit = None  # the place of a grant's unit, as resolved


class Revocation:
    """`named` is the right that it names; cut-offs are {log name: number}; None when these are malformed."""

    def __init__(self, entry, operation):
        self.entry, self.operation = entry, operation
        self.named, self.cutoffs = None, None


def read_cutoffs(octets):
    """[(epoch, number, beginning of the hash)]"""
    r, cutoffs = Reader(octets), []
    for _ in range(r.varint(128)):
        cutoffs.append((int.from_bytes(r.take(8), "little"), r.varint(2147483647), r.take(16)))
        if cutoffs[-1][1] == 0 or len(cutoffs) > 1 and cutoffs[-2][0] >= cutoffs[-1][0]:
            raise Malformed("cut-offs")
    r.end()
    return cutoffs


class Operations:
    """The trust operations of a space's merged entries, before anything is judged."""

    def __init__(self, space):
        self.space = space
        self.founder = Right(space.genesis.founder, ADMIN)
        self.rights, self.revocations, self.at = [self.founder], [], {}
        for entry in space.order:
            for index, operation in enumerate(entry.operations):
                if operation.kind == NEW and operation.type in (GRANT, ADOPTION):
                    right = self.read_right(entry, operation)
                    self.rights.append(right)
                    self.at[entry.log.name, entry.seq, index] = right
        for entry in space.order:
            for operation in entry.operations:
                if operation.kind == NEW and operation.type == REVOCATION:
                    self.revocations.append(self.read_revocation(entry, operation))

    def named(self, entry, operation, number):
        """The right that a field names, or None."""
        kind, value = field(operation, number)
        try:
            target = self.space.resolve(entry, value) if kind == REFERENCE else (None,)
        except Unreadable:
            return None
        return self.at.get(target[1:]) if target[0] == self.space.space else None

    def read_right(self, entry, operation):
        kind, device = field(operation, 1)
        right = Right(device if kind == BYTES and len(device) == 32 else None, ADMIN, entry, operation)
        if operation.type == GRANT:
            kind, role = field(operation, 2)
            right.role = role if kind == INTEGER and role in (ADMIN, CLERK, UNIT, EVENT, REVIEWER) else 0
            kind, unit = field(operation, 3)
            right.unit = (entry, unit) if kind == REFERENCE else None
        return right

    def read_revocation(self, entry, operation):
        revocation = Revocation(entry, operation)
        kind = field(operation, 1)[0]
        revocation.named = self.founder if kind == NULL else self.named(entry, operation, 1)
        kind, octets = field(operation, 2)
        if revocation.named and revocation.named.entry is not entry:
            if kind in (BYTES, NULL):
                octets = octets if kind == BYTES else b"\0"
                revocation.cutoffs = self.seen_cutoffs(entry, revocation.named.device, octets)
        return revocation

    def seen_cutoffs(self, entry, device, octets):
        try:
            cutoffs = read_cutoffs(octets)
        except Malformed:
            return None
        for epoch, seq, head in cutoffs:
            name = device, epoch
            if entry.vector.get(name, 0) - (name == entry.log.name) < seq:
                return None
            if self.space.logs[name].head(seq)[:16] != head:
                return None
        return {(device, epoch): seq for epoch, seq, _ in cutoffs}


class Trust:
    """Judgement by the adoptions in `ranks`. A lenient one passes over revocations and what adoptions ended."""

    def __init__(self, operations, ranks, lenient):
        self.operations, self.space, self.revocations = operations, operations.space, operations.revocations
        self.ranks, self.lenient = ranks, lenient
        self.reasons, self.parents = {}, {}

    # Chains.

    def parent(self, grant):
        if grant not in self.parents:
            self.parents[grant] = self.find_parent(grant)
        return self.parents[grant]

    def find_parent(self, grant):
        if field(grant.operation, 7)[0] == REFERENCE:
            named = self.operations.named(grant.entry, grant.operation, 7)
            own = named and named.device == grant.entry.log.device and (named.is_grant or named in self.ranks)
            return named if own else None
        if grant.entry.log.device == self.operations.founder.device:
            return self.operations.founder
        roots = [r for r in self.ranks if r.entry and r.device == grant.entry.log.device
                 and in_past(r.entry, grant.entry)]
        return max(roots, key=self.ranks.get, default=None)

    def chain(self, right):
        """The right, its parent, and so on."""
        while right:
            yield right
            right = self.parent(right) if right.is_grant else None

    def rank(self, right):
        return self.ranks.get(list(self.chain(right))[-1], 0)

    def senior(self, right, other):
        return right in list(self.chain(other))[1:] or self.ranks.get(right, -1) > self.rank(other)

    # Rights.

    def in_force(self, right):
        return not self.reason(right.entry) if right.is_grant else right in self.ranks

    def covers(self, right, entry):
        if right.device != entry.log.device or not right.role:
            return False
        if right.entry and (right.entry is entry or not in_past(right.entry, entry)):
            return False
        return self.in_force(right) and not self.ended(right, entry) and not self.cut(right, entry)

    def ended(self, right, entry=None):
        """Without an entry: for one that is new."""
        rank = self.rank(right)
        after = [r for r in self.ranks if rank >= 1 and self.ranks[r] == rank + 1]
        return not self.lenient and any(not entry or not in_past(entry, r.entry) for r in after)

    def cut(self, right, entry=None):
        if self.lenient:
            return False
        return any(r.named is right and not self.reason(r.entry)
                   and (not entry or entry.seq > self.cutoff(r, entry.log.name)) for r in self.revocations)

    @staticmethod
    def cutoff(revocation, name):
        return (revocation.cutoffs or {}).get(name, 0)

    def open(self, device):
        """Whether a right of the device can cover a new entry."""
        return any(r.device == device and r.role and self.in_force(r) and not self.ended(r) and not self.cut(r)
                   for r in self.operations.rights)

    # Entries.

    def reason(self, entry):
        """Why it does not count, or None."""
        if entry not in self.reasons:
            self.reasons[entry] = entry.unread or self.space.misread(entry) or self.without_right(entry)
        return self.reasons[entry]

    def without_right(self, entry):
        operations = trusted(entry)
        if any(o.type == ADOPTION for o in operations):
            return None if self.right_of(entry, operations[0]) in self.ranks else "an adoption that is not in force"
        rights = [r for r in self.operations.rights if r.device == entry.log.device]
        if any(len(list(self.chain(self.right_of(entry, o)))) > DEPTH_MAX + 1 for o in operations if o.type == GRANT):
            return "too many rights above it"
        if operations:
            rights = [r for r in rights if all(self.allows_trusted(r, entry, o) for o in operations)]
        rights = [r for r in rights if self.covers(r, entry)]
        if not rights:
            return "no right in the space"
        if operations or any(r.role == ADMIN for r in rights):
            return None
        if erasures(entry):
            return "erases without being an admin"
        for operation in entry.operations:
            if not any(self.allows(r, entry, operation) for r in rights):
                return "no right to write it"
        return None

    def right_of(self, entry, operation):
        return self.operations.at.get((entry.log.name, entry.seq, entry.operations.index(operation)))

    def allows(self, right, entry, operation):
        """An operation of no trust type, by a right that is no admin's."""
        record_type = self.space.registry.get(operation.type)
        if not record_type:
            return True
        if not right.role & record_type.writers:
            return False
        if right.role != UNIT:
            return True
        owner = self.space.owner_of(entry, operation)
        return owner is not None and right.unit is not None and owner == self.unit_name(right)

    def unit_name(self, right):
        entry, unit = right.unit
        return self.space.global_name(self.space.resolve(entry, unit))

    def allows_trusted(self, right, entry, operation):
        if operation.type == REVOCATION:
            revocation = next(r for r in self.revocations if r.operation is operation)
            return (right.role == ADMIN and revocation.named is not None and revocation.cutoffs is not None
                    and self.senior(right, revocation.named))
        grant = self.right_of(entry, operation)
        return self.parent(grant) is right and (right.role == ADMIN or len(entry.operations) == 1
                                                and self.same_right(right, grant))

    def same_right(self, right, grant):
        units = [r.unit and self.space.resolve(*r.unit) for r in (right, grant)]
        return right.role == grant.role and units[0] == units[1]

    def allows_adoption(self, adoption, previous):
        entry = adoption.entry
        if adoption.device is None or entry.unread or len(entry.operations) != 1 or self.space.misread(entry):
            return False
        rights = [previous]
        if previous.entry:
            rights += [r for r in self.operations.rights
                       if r.is_grant and r.role == ADMIN and self.parent(r) is previous]
        return any(self.covers(r, entry) for r in rights)


def of(space, lenient=False):
    """The chain of adoptions link by link, each judged by the links before it; then what all of them give."""
    operations = Operations(space)
    ranks = {operations.founder: 0}
    adoptions = [r for r in operations.rights if r.entry and not r.is_grant]
    while True:
        judge = Trust(operations, dict(ranks), lenient)
        top, found = max(ranks.values()), []
        for adoption in adoptions:
            previous = previous_of(operations, adoption)
            behind = any(in_past(r.entry, adoption.entry) for r in found)
            if ranks.get(previous) == top and judge.allows_adoption(adoption, previous) and (lenient or not behind):
                found.append(adoption)
        if not found:
            return judge
        for adoption in found if lenient else [min(found, key=lambda r: r.entry.hash)]:
            ranks[adoption] = top + 1


def previous_of(operations, adoption):
    """The right before it in the chain: the founder's when it names none."""
    if field(adoption.operation, 4)[0] == REFERENCE:
        return operations.named(adoption.entry, adoption.operation, 4)
    return operations.founder
