"""Who gets what, page by page: url name, method, and the status each role is answered with.

A URL that is missing here fails the build (tests/test_architecture.py); what is not listed as a
method is refused with 405 and needs no row. 404 means: this does not exist for you.
"""

ROLES = (
    "anonymous", "employee", "officer", "chair", "hr", "auditor", "sysadmin", "secadmin",
    "logadmin", "stranger",
)  # fmt: skip

# ------------------------------------ anon empl offi chai hr   audi sysa seca loga stranger
TABLE = """
accessibility                  get   200 200 200 200 200 200 200 200 200 200
account_change_password        get   302 200 200 200 200 200 200 200 200 200
account_change_password        post  302 200 200 200 200 200 200 200 200 200
account_code                   get   200 302 302 302 302 302 302 302 302 302
account_code                   post  200 302 302 302 302 302 302 302 302 302
account_inactive               get   200 200 200 200 200 200 200 200 200 200
account_login                  get   200 302 302 302 302 302 302 302 302 302
account_login                  post  200 302 302 302 302 302 302 302 302 302
account_logout                 get   302 200 200 200 200 200 200 200 200 200
account_logout                 post  302 302 302 302 302 302 302 302 302 302
account_notice                 get   302 302 302 302 302 302 302 302 302 302
account_notice                 post  302 302 302 302 302 302 302 302 302 302
account_reauthenticate         get   302 200 200 200 200 200 200 200 200 200
account_reauthenticate         post  302 200 200 200 200 200 200 200 200 200
account_resume                 get   302 302 302 302 302 302 302 302 302 302
account_resume                 post  302 302 302 302 302 302 302 302 302 302
api-docs                       get   401 200 200 200 200 200 200 200 200 200
api-me                         get   401 200 200 200 200 200 200 200 200 200
api-schema                     get   401 200 200 200 200 200 200 200 200 200
desk                           get   302 403 200 200 200 200 200 200 200 200
desk-more                      get   302 403 200 200 200 200 200 200 200 200
display                        post  302 302 302 302 302 302 302 302 302 302
exchange:apply                 post  302 404 302 404 302 404 404 404 404 404
exchange:bad-rows              get   302 404 200 404 200 404 404 404 404 404
exchange:batch                 get   302 404 200 404 200 404 404 404 404 404
exchange:choose                get   302 403 200 403 200 403 403 403 403 200
exchange:discard               post  302 404 302 404 302 404 404 404 404 404
exchange:fix                   post  302 404 302 404 302 404 404 404 404 404
exchange:go-on                 post  302 404 302 404 302 404 404 404 404 404
exchange:rows                  get   302 404 200 404 200 404 404 404 404 404
exchange:switch                post  302 404 302 404 302 404 404 404 404 404
exchange:template              get   302 403 200 403 200 403 403 403 403 200
exchange:undo                  post  302 404 302 404 302 404 404 404 404 404
exchange:upload                get   302 403 200 403 200 403 403 403 403 200
exchange:upload                post  302 403 422 403 422 403 403 403 403 422
figures-detail                 get   401 200 200 200 200 200 200 200 200 200
figures-list                   get   401 200 200 200 200 200 200 200 200 200
health                         get   200 200 200 200 200 200 200 200 200 200
help                           get   200 200 200 200 200 200 200 200 200 200
home                           get   302 200 200 200 200 200 200 200 200 200
honors-detail                  get   401 200 200 200 200 200 404 404 404 404
honors-list                    get   401 200 200 200 200 200 200 200 200 200
honors-move                    post  401 403 400 400 403 403 404 404 404 404
imports-apply                  post  401 404 200 404 200 404 404 404 404 404
imports-detail                 get   401 404 200 404 200 404 404 404 404 404
imports-list                   get   401 200 200 200 200 200 200 200 200 200
imports-list                   post  401 400 400 400 400 400 400 400 400 400
imports-rows                   get   401 404 200 404 200 404 404 404 404 404
imports-undo                   post  401 404 409 404 409 404 404 404 404 404
journal:audit                  get   302 403 403 403 403 200 403 403 200 403
journal:audit-export           post  302 403 403 403 403 422 403 403 422 403
journal:job                    get   302 200 404 404 404 404 404 404 404 404
journal:job-cancel             post  302 302 404 404 404 404 404 404 404 404
journal:job-file               get   302 200 404 404 404 404 404 404 404 404
journal:job-list               get   302 200 200 200 200 200 200 200 200 200
mfa_activate_totp              get   302 302 302 302 302 302 302 302 302 302
mfa_activate_totp              post  302 302 302 302 302 302 302 302 302 302
mfa_authenticate               get   302 302 302 302 302 302 302 302 302 302
mfa_authenticate               post  302 302 302 302 302 302 302 302 302 302
mfa_deactivate_totp            get   302 404 404 404 404 404 404 404 404 404
mfa_deactivate_totp            post  302 404 404 404 404 404 404 404 404 404
mfa_download_recovery_codes    get   302 404 404 404 404 404 404 404 404 404
mfa_download_recovery_codes    post  302 404 404 404 404 404 404 404 404 404
mfa_generate_recovery_codes    get   302 302 302 302 302 302 302 302 302 302
mfa_generate_recovery_codes    post  302 302 302 302 302 302 302 302 302 302
mfa_index                      get   302 302 302 302 302 302 302 302 302 302
mfa_index                      post  302 302 302 302 302 302 302 302 302 302
mfa_reauthenticate             get   302 302 302 302 302 302 302 302 302 302
mfa_reauthenticate             post  302 302 302 302 302 302 302 302 302 302
mfa_view_recovery_codes        get   302 404 404 404 404 404 404 404 404 404
notices-detail                 get   401 200 404 404 404 404 404 404 404 404
notices-list                   get   401 200 200 200 200 200 200 200 200 200
notices-read                   post  401 200 404 404 404 404 404 404 404 404
notices-read-all               post  401 200 200 200 200 200 200 200 200 200
notices:inbox                  get   302 200 200 200 200 200 200 200 200 200
notices:open                   get   302 302 404 404 404 404 404 404 404 404
notices:read-all               post  302 302 302 302 302 302 302 302 302 302
notices:robot                  get   302 403 200 403 403 403 200 403 403 404
notices:robot                  post  302 403 200 403 403 403 200 403 403 404
notices:robot-list             get   302 403 200 403 403 403 200 403 403 200
notices:robot-new              get   302 403 200 403 403 403 200 403 403 200
notices:robot-new              post  302 403 200 403 403 403 200 403 403 200
notices:robot-switch           post  302 403 302 403 403 403 302 403 403 404
notices:robot-test             post  302 403 302 403 403 403 302 403 403 404
notices:settings               get   302 200 200 200 200 200 200 200 200 200
notices:settings               post  302 422 422 422 422 422 422 422 422 422
people-detail                  get   401 200 200 200 200 200 404 200 404 404
people-list                    get   401 200 200 200 200 200 200 200 200 200
people:account                 get   302 404 404 404 404 404 404 200 404 404
people:account-end-sessions    post  302 404 404 404 404 404 404 302 404 404
people:account-list            get   302 403 403 403 403 403 403 200 403 403
people:account-reset-two-step  post  302 404 404 404 404 404 404 302 404 404
people:account-unlock          post  302 404 404 404 404 404 404 302 404 404
people:ask                     get   302 200 200 200 200 200 200 200 200 200
people:ask                     post  302 200 200 200 200 200 200 200 200 200
people:consent                 post  302 302 302 302 302 302 302 302 302 302
people:contact                 get   302 200 200 200 200 200 200 200 200 200
people:contact                 post  302 200 200 200 200 200 200 200 200 200
people:export-my-data          post  302 302 302 302 302 302 302 302 302 302
people:figure                  get   302 200 200 200 200 200 200 200 200 200
people:figure-list             get   302 200 200 200 200 200 200 200 200 200
people:grant-end               post  302 404 404 404 404 404 404 302 404 404
people:grant-list              get   302 403 403 403 403 403 403 200 403 403
people:grant-new               get   302 403 403 403 403 403 403 200 403 403
people:grant-new               post  302 403 403 403 403 403 403 200 403 403
people:honor                   get   302 403 200 200 200 200 404 404 404 404
people:honor-board             get   302 200 200 200 200 200 200 200 200 200
people:honor-list              get   302 403 200 200 200 200 403 403 403 200
people:honor-move              post  302 403 422 422 403 403 404 404 404 404
people:honor-new               get   302 403 200 200 403 403 403 403 403 200
people:honor-new               post  302 403 422 422 403 403 403 403 403 422
people:issue-code              post  302 403 200 403 200 403 404 200 404 404
people:me                      get   302 200 200 200 200 200 200 200 200 200
people:my-data                 get   302 200 200 200 200 200 200 200 200 200
people:person                  get   302 403 200 200 200 200 404 403 404 404
people:person-back             post  302 403 403 403 403 403 404 403 404 404
people:person-edit             get   302 403 200 403 200 403 404 403 404 404
people:person-edit             post  302 403 422 403 422 403 404 403 404 404
people:person-left             post  302 403 422 403 422 403 404 403 404 404
people:person-new              get   302 403 200 403 200 403 403 403 403 200
people:person-new              post  302 403 422 403 422 403 403 403 403 422
people:person-phone            post  302 403 200 403 200 403 404 403 404 404
people:placement-new           post  302 403 422 403 422 403 404 403 404 404
people:request                 get   302 404 200 404 200 404 404 404 404 404
people:request                 post  302 404 200 404 200 404 404 404 404 404
people:request-list            get   302 403 200 403 200 403 403 403 403 200
people:roster                  get   302 403 200 200 200 200 403 403 403 200
people:roster-export           post  302 403 422 422 422 422 403 403 403 422
people:roster-missing          get   302 404 404 404 404 404 404 404 404 404
people:roster-missing          post  302 404 404 404 404 404 404 404 404 404
people:security                get   302 200 200 200 200 200 200 200 200 200
people:session-end             post  302 404 404 404 404 404 404 404 404 404
people:sessions-end            post  302 302 302 302 302 302 302 302 302 302
people:take-back               post  302 302 404 404 404 404 404 404 404 404
people:token-new               post  302 302 302 302 302 302 302 302 302 302
people:token-revoke            post  302 404 404 404 404 404 404 404 404 404
people:unit                    get   302 403 200 200 200 200 403 403 403 404
people:unit-close              post  302 403 422 403 422 403 403 403 403 404
people:unit-list               get   302 403 200 200 200 200 403 403 403 200
people:unit-move               post  302 403 422 403 422 403 403 403 403 404
people:unit-new                post  302 403 422 403 422 403 403 403 403 404
people:unit-rename             post  302 403 422 403 422 403 403 403 403 404
privacy                        get   200 200 200 200 200 200 200 200 200 200
search                         get   302 200 200 200 200 200 200 200 200 200
system                         get   302 403 403 403 403 403 200 200 200 403
tasks-cancel                   post  401 403 404 404 404 404 404 404 404 404
tasks-detail                   get   401 200 404 404 404 404 404 404 404 404
tasks-list                     get   401 200 200 200 200 200 200 200 200 200
units-detail                   get   401 200 200 200 200 200 200 200 200 404
units-list                     get   401 200 200 200 200 200 200 200 200 200
usersessions_list              get   302 302 302 302 302 302 302 302 302 302
usersessions_list              post  302 302 302 302 302 302 302 302 302 302
"""

PAGES: dict[str, dict[str, dict[str, int]]] = {}
for line in TABLE.split("\n"):
    if line:
        name, method, *statuses = line.split()
        PAGES.setdefault(name, {})[method] = dict(zip(ROLES, map(int, statuses), strict=True))


def _thing(name):
    return lambda world: [world.things[name].pk]


def _employee(world):
    return [world.people["employee"].pk]


def _workshop(world):
    return [world.workshop.pk]


def _names(prefix, *rest):
    return [f"{prefix}{name}" for name in rest]


ARGS = {
    **dict.fromkeys(
        [*_names("journal:", "job", "job-cancel", "job-file"), "tasks-detail", "tasks-cancel"],
        _thing("job"),
    ),
    **dict.fromkeys(
        [
            *_names("people:person", "", "-edit", "-phone", "-left", "-back"),
            *_names("people:account", "", "-unlock", "-end-sessions", "-reset-two-step"),
            "people:placement-new", "people:issue-code", "people-detail",
        ],
        _employee,
    ),
    **dict.fromkeys(
        [*_names("people:unit", "", "-new", "-rename", "-move", "-close"), "units-detail"],
        _workshop,
    ),
    **dict.fromkeys(
        ["people:honor", "people:honor-move", "honors-detail", "honors-move"], _thing("honor")
    ),
    **dict.fromkeys(["people:figure", "figures-detail"], lambda _world: ["mw-001"]),
    **dict.fromkeys(["people:request", "people:take-back"], _thing("request")),
    "people:consent": lambda _world: ["wall"],
    "people:session-end": lambda _world: [0],
    "people:token-revoke": lambda _world: ["0"],
    "people:grant-end": lambda world: [world.people["officer"].grants.get().pk],
    **dict.fromkeys(["notices:open", "notices-detail", "notices-read"], _thing("notice")),
    **dict.fromkeys(
        ["notices:robot", "notices:robot-switch", "notices:robot-test"], _thing("robot")
    ),
    **dict.fromkeys(["exchange:upload", "exchange:template"], lambda _world: ["roster"]),
    **dict.fromkeys(
        [
            *_names("exchange:", "batch", "rows", "switch", "apply", "go-on", "undo", "discard"),
            *_names("imports-", "detail", "apply", "undo", "rows"),
            "exchange:bad-rows", "people:roster-missing",
        ],
        _thing("batch"),
    ),
    "exchange:fix": lambda world: [world.things["batch"].pk, 3],
}  # fmt: skip
