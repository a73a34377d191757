/* The request table: every request of the local API. A path with fixed words stands before one with
 * a place at the same spot. */
#include "config.h"

#include "daemon/local/handlers.h"

enum {
    SMALL = REQUEST_BODY_BYTES_MAX,
    LARGE = REQUEST_IMPORT_BYTES_MAX,
    PLAN = 8 * 1024 * 1024, /* a plan's text with its annexes */
};

/* method, path, where it runs, kind and size of the body, handler, preparation, what it does */
#define READ(path, handler, about)                                                                 \
    {"GET", path, ACCESS_READ, BODY_NONE, SMALL, handler, NULL, about}
#define WRITE(method, path, handler, about)                                                        \
    {method, path, ACCESS_WRITE, BODY_JSON, SMALL, handler, NULL, about}

const struct route routes[] = {
    READ("/v1/", handle_requests, "this list"),
    {"GET", "/v1/status", ACCESS_READ, BODY_NONE, SMALL, handle_status, prepare_peers,
     "state of this machine, its spaces and peers"},
    READ("/v1/registry", handle_registry, "record types, fields, choices and labels"),
    READ("/v1/records/{name}", handle_list, "records of a type, by fields"),
    WRITE("POST", "/v1/records/{name}", handle_add, "add a record"),
    READ("/v1/records/{name}/{id}", handle_get, "one record by id, short code or name"),
    WRITE("PATCH", "/v1/records/{name}/{id}", handle_set, "change fields of a record"),
    WRITE("DELETE", "/v1/records/{name}/{id}", handle_delete, "delete a record"),
    READ("/v1/records/{name}/{id}/history", handle_history, "all changes of a record"),
    WRITE("POST", "/v1/records/{name}/{id}/resolve", handle_resolve,
          "settle a field in which several values stand"),
    WRITE("POST", "/v1/records/{name}/{id}/erase", handle_erase,
          "erase the personal data of a record, everywhere"),
    {"POST", "/v1/import", ACCESS_WRITE, BODY_TEXT, LARGE, handle_import, NULL,
     "many changesets as JSON lines"},
    {"POST", "/v1/plan/read", ACCESS_READ, BODY_TEXT, PLAN, handle_plan_read, NULL,
     "read a plan's text"},
    {"POST", "/v1/plan", ACCESS_WRITE, BODY_JSON, PLAN, handle_plan, NULL,
     "make the draft campaign of a reading"},
    WRITE("POST", "/v1/issue", handle_issue, "issue a draft campaign"),
    READ("/v1/mapping", handle_mapping, "duties of a campaign and the units that they bind"),
    WRITE("POST", "/v1/mapping", handle_map, "map a duty to units"),
    READ("/v1/missing", handle_missing, "who has not registered, who has, who is late"),
    READ("/v1/due", handle_due, "reports that are due, missing or waiting"),
    READ("/v1/waiting", handle_waiting, "reports that wait to be forwarded"),
    READ("/v1/freshness", handle_freshness, "how old each unit's data is"),
    READ("/v1/conflicts", handle_conflicts, "records with fields in conflict"),
    READ("/v1/findings", handle_findings, "rules on records that people broke apart from each other"),
    READ("/v1/set-aside", handle_set_aside, "entries that do not count, with the reason"),
    {"GET", "/v1/peers", ACCESS_READ, BODY_NONE, SMALL, handle_peers, prepare_peers,
     "peers and the state of their links"},
    {"POST", "/v1/sync", ACCESS_LOOP, BODY_JSON, SMALL, handle_sync, NULL, "contact the hub now"},
    {"POST", "/v1/invitations", ACCESS_WRITE, BODY_JSON, SMALL, handle_invite, prepare_invite,
     "make an invitation"},
    READ("/v1/machines", handle_machines, "machines of the unit and their rights"),
    WRITE("POST", "/v1/moves", handle_move, "hand a unit below over to another superior"),
    WRITE("POST", "/v1/revocations", handle_revoke, "take the rights of a machine back"),
    {"POST", "/v1/grants", ACCESS_WRITE, BODY_JSON, LARGE, handle_grant, prepare_invite,
     "answer a request file of a machine that no network reaches"},
    {"POST", "/v1/backup", ACCESS_READ, BODY_JSON, SMALL, handle_backup, NULL,
     "copy the database to a file while everything goes on"},
    {"POST", "/v1/verify", ACCESS_WRITE, BODY_JSON, SMALL, handle_verify, prepare_verify,
     "check every hash, signature and state digest"},
};

const size_t routes_count = sizeof routes / sizeof routes[0];

enum err
handle_requests(struct request *r, struct error *e)
{
    json_t *list = json_array();

    for (size_t i = 0; i < routes_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "method", routes[i].method, "path",
                                              routes[i].path, "about", routes[i].about));
    r->answer = json_pack("{s:i, s:o}", "version", 1, "requests", list);
    return r->answer == NULL ? err_set(e, ERR_NOMEM, "no memory for an answer") : OK;
}
