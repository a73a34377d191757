/* Every fixed statement of the store; each is prepared once, when it is first needed. Statements on
 * the state tables are generated from the registry (state.c). Private to daemon/store/. */
#ifndef DAEMON_STORE_STATEMENTS_H
#define DAEMON_STORE_STATEMENTS_H

#define LOG_COLUMNS                                                                                \
    "id, space, space_bytes, device, epoch, received_seq, received_hash, applied_seq, "            \
    "applied_hash, wall, operator, own, closed, reach"

#define PEER_COLUMNS                                                                               \
    "id, device, noise, name, address, role, store_id, last_contact, bytes_in, bytes_out, "        \
    "entries_in, entries_out, sessions, round_trips, last_error"

#define ENTRY_COLUMNS "id, hash, applied, wall, operator, item"

/* An entry's key is log << 31 | sequence, so one integer orders a log's entries behind each
 * other. */
#define STATEMENT_LIST(X)                                                                          \
    X(ST_MARK, "SAVEPOINT mark")                                                                   \
    X(ST_MARK_KEEP, "RELEASE mark")                                                                \
    X(ST_BEGIN_WRITE, "BEGIN IMMEDIATE")                                                           \
    X(ST_BEGIN_READ, "BEGIN")                                                                      \
    X(ST_COMMIT, "COMMIT")                                                                         \
    X(ST_META_GET, "SELECT text FROM meta WHERE name = ?1")                                        \
    X(ST_META_SET, "INSERT OR REPLACE INTO meta (name, text) VALUES (?1, ?2)")                     \
                                                                                                   \
    X(ST_SPACE_ADD, "INSERT INTO space (space, genesis, kind, origin) VALUES (?1, ?2, ?3, ?4)")    \
    X(ST_SPACE_GET, "SELECT id, genesis, origin FROM space WHERE id = ?1")                         \
    X(ST_SPACE_FIND, "SELECT id, genesis, origin FROM space WHERE space = ?1")                     \
    X(ST_SPACE_OWN,                                                                                \
      "SELECT id, genesis, origin FROM space WHERE origin = 1 AND kind = ?1 ORDER BY id LIMIT 1")  \
    X(ST_SPACE_LIST, "SELECT id, genesis, origin FROM space ORDER BY id")                          \
    X(ST_SPACE_ADOPT_LOGS, "UPDATE log SET space = ?1 WHERE space_bytes = ?2")                     \
                                                                                                   \
    X(ST_LOG_ADD,                                                                                  \
      "INSERT INTO log (space, space_bytes, device, epoch, received_seq, received_hash, "          \
      "applied_seq, applied_hash, wall, operator, own) "                                           \
      "VALUES (coalesce((SELECT id FROM space WHERE space = ?1), 0), ?1, ?2, ?3, 0, ?4, 0, ?4, "   \
      "0, 0, ?5)")                                                                                 \
    X(ST_LOG_GET, "SELECT " LOG_COLUMNS " FROM log WHERE id = ?1")                                 \
    X(ST_LOG_FIND,                                                                                 \
      "SELECT " LOG_COLUMNS " FROM log WHERE space_bytes = ?1 AND device = ?2 AND epoch = ?3")     \
    X(ST_LOG_OWN,                                                                                  \
      "SELECT " LOG_COLUMNS " FROM log WHERE space = ?1 AND own = 1 ORDER BY id DESC LIMIT 1")     \
    X(ST_LOG_UPDATE,                                                                               \
      "UPDATE log SET received_seq = ?2, received_hash = ?3, applied_seq = ?4, "                   \
      "applied_hash = ?5, wall = ?6, operator = ?7, own = ?8 WHERE id = ?1")                       \
    X(ST_LOG_CLOSE, "UPDATE log SET closed = ?2, reach = ?3 WHERE id = ?1")                        \
    X(ST_LOG_ANY_CLOSED, "SELECT 1 FROM log WHERE space = ?1 AND closed = 1 LIMIT 1")              \
    X(ST_LOG_LIST,                                                                                 \
      "SELECT " LOG_COLUMNS " FROM log WHERE space = ?1 AND received_seq > 0 "                     \
      "ORDER BY device, epoch")                                                                    \
    X(ST_LOG_LIST_ALL, "SELECT id FROM log WHERE space = ?1")                                      \
    X(ST_LOG_LIST_HELD,                                                                            \
      "SELECT " LOG_COLUMNS " FROM log WHERE space = ?1 AND applied_seq < received_seq "           \
      "ORDER BY id")                                                                               \
    X(ST_LOG_COUNT_OF,                                                                             \
      "SELECT count(*) FROM log WHERE space = ?1 AND received_seq > 0")                            \
    X(ST_LOG_COUNT,                                                                                \
      "SELECT coalesce(sum(received_seq), 0), coalesce(sum(received_seq - applied_seq), 0), "      \
      "coalesce(sum(iif(own, received_seq, 0)), 0), (SELECT count(*) FROM aside) FROM log")        \
                                                                                                   \
    X(ST_ENTRY_ADD,                                                                                \
      "INSERT INTO entry (id, hash, applied, wall, operator, item) VALUES (?1, ?2, NULL, 0, 0, "   \
      "?3)")                                                                                       \
    X(ST_ENTRY_GET, "SELECT " ENTRY_COLUMNS " FROM entry WHERE id = ?1")                           \
    X(ST_ENTRY_HASH, "SELECT hash FROM entry WHERE id = ?1")                                       \
    X(ST_ENTRY_APPLIED, "SELECT applied FROM entry WHERE id = ?1 AND applied > 0")                 \
    X(ST_ENTRY_SET_APPLIED,                                                                        \
      "UPDATE entry SET applied = ?2, wall = ?3, operator = ?4 WHERE id = ?1")                     \
    /* "applied > 0" looks idle, but without it the index of merged entries is not used */         \
    X(ST_ENTRY_BY_APPLIED,                                                                         \
      "SELECT " ENTRY_COLUMNS " FROM entry WHERE applied = ?1 AND applied > 0")                    \
    X(ST_ENTRY_LAST_APPLIED, "SELECT coalesce(max(applied), 0) FROM entry WHERE applied > 0")      \
    X(ST_ENTRY_SIZES,                                                                              \
      "SELECT id, length(item) FROM entry WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC")            \
    X(ST_ENTRY_ITEMS, "SELECT id, item FROM entry WHERE id BETWEEN ?1 AND ?2 ORDER BY id")         \
                                                                                                   \
    X(ST_SIGNATURE_ADD, "INSERT OR REPLACE INTO signature (id, signature) VALUES (?1, ?2)")        \
    X(ST_SIGNATURE_DROP, "DELETE FROM signature WHERE id = ?1")                                    \
    X(ST_SIGNATURE_AFTER,                                                                          \
      "SELECT id, signature FROM signature WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT 1")        \
    X(ST_SIGNATURE_BEFORE,                                                                         \
      "SELECT id, signature FROM signature WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC LIMIT 1")   \
                                                                                                   \
    X(ST_PLACE_ADD,                                                                                \
      "INSERT OR IGNORE INTO place (log, place, other, seq) VALUES (?1, ?2, ?3, ?4)")              \
    X(ST_PLACE_LOG, "SELECT other FROM place WHERE log = ?1 AND place = ?2 AND seq <= ?3")         \
    X(ST_PLACE_OF, "SELECT min(place) FROM place WHERE log = ?1 AND other = ?2")                   \
    X(ST_PLACE_COUNT, "SELECT coalesce(max(place), 0) FROM place WHERE log = ?1")                  \
                                                                                                   \
    X(ST_SEEN_ADD,                                                                                 \
      "INSERT OR REPLACE INTO seen (log, other, seq, other_seq) VALUES (?1, ?2, ?3, ?4)")          \
    X(ST_SEEN_GET,                                                                                 \
      "SELECT other_seq FROM seen WHERE log = ?1 AND other = ?2 AND seq <= ?3 "                    \
      "ORDER BY seq DESC LIMIT 1")                                                                 \
                                                                                                   \
    X(ST_ASIDE_ADD, "INSERT OR REPLACE INTO aside (id, reason) VALUES (?1, ?2)")                   \
    X(ST_ASIDE_HAS, "SELECT 1 FROM aside WHERE id = ?1")                                           \
    X(ST_ASIDE_LIST, "SELECT id, reason FROM aside ORDER BY id")                                   \
                                                                                                   \
    X(ST_TRUST_ADD,                                                                                \
      "INSERT OR IGNORE INTO trust (id, space, type, device, role, unit, subject, cutoffs, "      \
      "alone, counts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")                           \
    X(ST_TRUST_LIST,                                                                               \
      "SELECT id, type, device, role, unit, subject, cutoffs, alone, counts FROM trust "           \
      "WHERE space = ?1 ORDER BY id")                                                              \
    X(ST_TRUST_COUNTS, "UPDATE trust SET counts = ?2 WHERE id = ?1")                               \
    X(ST_TRUST_OF,                                                                                 \
      "SELECT coalesce(min(counts), 0) FROM trust WHERE id BETWEEN ?1 AND ?2")                     \
    X(ST_RIGHT_ADD,                                                                                \
      "INSERT INTO rights (id, space, device, role, unit, revocations, ended, print) "             \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                                                   \
    X(ST_RIGHT_LIST,                                                                               \
      "SELECT id, device, role, unit, revocations, ended, print FROM rights WHERE space = ?1 "     \
      "ORDER BY id")                                                                               \
    X(ST_RIGHT_OF,                                                                                 \
      "SELECT id, device, role, unit, revocations, ended, print FROM rights WHERE space = ?1 "     \
      "AND device = ?2 ORDER BY id")                                                               \
    X(ST_RIGHT_DROP, "DELETE FROM rights WHERE space = ?1")                                        \
    X(ST_CUTOFF_ADD,                                                                               \
      "INSERT INTO cutoff (grant, revocation, log, seq) VALUES (?1, ?2, ?3, ?4) "                  \
      "ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq)")                                    \
    X(ST_CUTOFF_COUNT, "SELECT count(*) FROM cutoff WHERE grant = ?1 AND log = ?2 AND seq >= ?3")  \
    X(ST_CUTOFF_DROP,                                                                              \
      "DELETE FROM cutoff WHERE grant IN (SELECT id FROM rights WHERE space = ?1)")                \
    X(ST_CUTOFF_POINTS,                                                                            \
      "SELECT coalesce(max(seq), 0) FROM cutoff WHERE log = ?1")                                   \
    X(ST_ERASURE_ADD,                                                                              \
      "INSERT OR REPLACE INTO erasure (id, entry, counts) VALUES (?1, ?2, ?3)")                    \
    X(ST_ERASURE_OF, "SELECT 1 FROM erasure WHERE entry = ?1 AND counts = 1 LIMIT 1")              \
    X(ST_RESTATED_ADD, "INSERT OR IGNORE INTO restated (id, by) VALUES (?1, ?2)")                  \
    X(ST_RESTATED_DROP, "DELETE FROM restated WHERE by = ?1")                                      \
    X(ST_RESTATED_LIST,                                                                            \
      "SELECT DISTINCT by FROM restated WHERE id BETWEEN ?1 AND ?2 ORDER BY by")                   \
    X(ST_RESTATED_BY, "SELECT by FROM restated WHERE id = ?1 ORDER BY by")                         \
    X(ST_ENTRIES_OF_SPACE,                                                                         \
      "SELECT entry.id FROM log JOIN entry ON entry.id BETWEEN log.id << 31 AND "                  \
      "(log.id << 31) + 2147483647 WHERE log.space = ?1 AND entry.applied > 0 "                    \
      "ORDER BY entry.applied")                                                                    \
    X(ST_ENTRY_SET_ITEM, "UPDATE entry SET item = ?2 WHERE id = ?1")                               \
    X(ST_KEY_DROP_SPACE, "DELETE FROM key WHERE space = ?1")                                       \
                                                                                                   \
    X(ST_RECORD_ADD, "INSERT OR IGNORE INTO record (id, type) VALUES (?1, ?2)")                    \
    X(ST_RECORD_TYPE, "SELECT type FROM record WHERE id = ?1")                                     \
                                                                                                   \
    X(ST_STANDING_DROP, "DELETE FROM standing WHERE record = ?1 AND field = ?2")                   \
    X(ST_STANDING_ADD,                                                                             \
      "INSERT INTO standing (record, field, entry, wall, displayed, kind, value) "                 \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                                       \
    X(ST_STANDING_LIST,                                                                            \
      "SELECT entry, wall, displayed, kind, value FROM standing WHERE record = ?1 AND field = ?2 " \
      "ORDER BY wall DESC, displayed DESC, entry")                                                 \
                                                                                                   \
    X(ST_TOUCH_ADD, "INSERT OR REPLACE INTO touch (record, applied, entry) VALUES (?1, ?2, ?3)")   \
    X(ST_TOUCH_LIST, "SELECT applied, entry FROM touch WHERE record = ?1 ORDER BY applied")        \
                                                                                                   \
    X(ST_KEY_ADD, "INSERT OR REPLACE INTO key (space, hash, record) VALUES (?1, ?2, ?3)")          \
    X(ST_KEY_GET, "SELECT record FROM key WHERE space = ?1 AND hash = ?2")                         \
    X(ST_KEY_OF, "SELECT hash FROM key WHERE record = ?1")                                         \
                                                                                                   \
    X(ST_ALIAS_ADD, "INSERT OR REPLACE INTO alias (id, record) VALUES (?1, ?2)")                   \
    X(ST_ALIAS_MOVE, "UPDATE alias SET record = ?2 WHERE record = ?1")                             \
    X(ST_ALIAS_GET, "SELECT record FROM alias WHERE id = ?1")                                      \
    X(ST_ALIAS_GET_NEAR, "SELECT alias.record FROM alias JOIN log ON log.id = alias.id >> 43"      \
      " WHERE alias.id = ?1 AND log.space = (SELECT space FROM log WHERE id = ?2)")                \
    X(ST_ALIAS_ANY, "SELECT 1 FROM alias LIMIT 1")                                                 \
                                                                                                   \
    X(ST_NAME_GET, "SELECT record FROM local_name WHERE name = ?1")                                \
    X(ST_NAME_DROP, "DELETE FROM local_name WHERE record = ?1")                                    \
    X(ST_NAME_SET, "INSERT OR REPLACE INTO local_name (name, record) VALUES (?1, ?2)")             \
                                                                                                   \
    X(ST_PEER_GET, "SELECT " PEER_COLUMNS " FROM peer WHERE id = ?1")                              \
    X(ST_PEER_BY_DEVICE, "SELECT " PEER_COLUMNS " FROM peer WHERE device = ?1")                    \
    X(ST_PEER_BY_NOISE, "SELECT " PEER_COLUMNS " FROM peer WHERE noise = ?1 ORDER BY id LIMIT 1")  \
    X(ST_PEER_LIST, "SELECT " PEER_COLUMNS " FROM peer ORDER BY id")                               \
    X(ST_PEER_ADD,                                                                                 \
      "INSERT INTO peer (device, noise, name, address, role, store_id, last_contact, last_error) " \
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")                                                   \
    X(ST_PEER_SET,                                                                                 \
      "UPDATE peer SET device = ?1, noise = ?2, name = ?3, address = ?4, role = ?5, "              \
      "store_id = ?6, last_contact = ?7, last_error = ?8 WHERE id = ?9")                           \
    X(ST_PEER_DROP, "DELETE FROM peer WHERE id = ?1")                                              \
    X(ST_PEER_DROP_BASES, "DELETE FROM base WHERE peer = ?1")                                      \
    X(ST_PEER_DROP_DAYS, "DELETE FROM peer_day WHERE peer = ?1")                                   \
    X(ST_PEER_COUNT,                                                                               \
      "UPDATE peer SET bytes_in = bytes_in + ?2, bytes_out = bytes_out + ?3, "                     \
      "entries_in = entries_in + ?4, entries_out = entries_out + ?5, "                             \
      "sessions = sessions + ?6, round_trips = round_trips + ?7 WHERE id = ?1")                    \
    X(ST_PEER_DAY_ADD,                                                                             \
      "INSERT INTO peer_day (peer, day, bytes_in, bytes_out) VALUES (?1, ?2, ?3, ?4) "             \
      "ON CONFLICT DO UPDATE SET bytes_in = bytes_in + excluded.bytes_in, "                        \
      "bytes_out = bytes_out + excluded.bytes_out")                                                \
    X(ST_PEER_DAY_FORGET, "DELETE FROM peer_day WHERE peer = ?1 AND day < ?2")                     \
    X(ST_PEER_DAY_GET,                                                                             \
      "SELECT coalesce(sum(bytes_in), 0), coalesce(sum(bytes_out), 0) FROM peer_day "              \
      "WHERE (?1 = 0 OR peer = ?1) AND day = ?2")                                                  \
    X(ST_BASE_GET, "SELECT digest, vector, confirmed FROM base WHERE peer = ?1 AND digest = ?2")   \
    X(ST_BASE_CONFIRMED,                                                                           \
      "SELECT digest, vector, confirmed FROM base WHERE peer = ?1 AND confirmed = 1 "              \
      "ORDER BY made DESC LIMIT 1")                                                                \
    X(ST_BASE_PUT,                                                                                 \
      "INSERT INTO base (peer, digest, vector, confirmed, made) VALUES (?1, ?2, ?3, ?4, "          \
      "(SELECT coalesce(max(made), 0) + 1 FROM base WHERE peer = ?1)) "                            \
      "ON CONFLICT DO UPDATE SET vector = excluded.vector, confirmed = excluded.confirmed, "       \
      "made = excluded.made")                                                                      \
    X(ST_BASE_DROP_OTHERS, "DELETE FROM base WHERE peer = ?1 AND digest <> ?2")                    \
    X(ST_BASE_DROP_ALL, "DELETE FROM base")

enum statement {
#define X(name, text) name,
    STATEMENT_LIST(X)
#undef X
    ST_COUNT,
};

#endif
