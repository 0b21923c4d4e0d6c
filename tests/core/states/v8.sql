CREATE TABLE about (
	schema_version INTEGER NOT NULL
);
INSERT INTO "about" VALUES(8);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008');
CREATE TABLE bases (
	pipeline TEXT NOT NULL, 
	flow TEXT NOT NULL, 
	basis TEXT NOT NULL, 
	PRIMARY KEY (pipeline, flow)
);
CREATE TABLE changes (
	id INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	scope INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	resource TEXT NOT NULL, 
	status TEXT NOT NULL, 
	content BLOB, 
	PRIMARY KEY (id)
);
CREATE TABLE claims (
	scope INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (scope, id)
)
 WITHOUT ROWID


;
CREATE TABLE column_sets (
	id INTEGER NOT NULL, 
	names TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (names)
);
INSERT INTO "column_sets" VALUES(1,'["a","b"]');
CREATE TABLE contested (
	scope INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (scope, id)
)
 WITHOUT ROWID


;
CREATE TABLE corrections (
	pipeline TEXT NOT NULL, 
	flow TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	"column" TEXT NOT NULL, 
	known_by TEXT NOT NULL, 
	found TEXT NOT NULL, 
	becomes TEXT NOT NULL, 
	made_by TEXT NOT NULL, 
	made TEXT NOT NULL, 
	PRIMARY KEY (pipeline, flow, "key", "column")
)
 WITHOUT ROWID

;
CREATE TABLE cursors (
	pipeline TEXT NOT NULL, 
	flow TEXT NOT NULL, 
	address TEXT NOT NULL, 
	cursor TEXT NOT NULL, 
	updated TEXT NOT NULL, 
	PRIMARY KEY (pipeline, flow, address)
);
INSERT INTO "cursors" VALUES('p','f','shop://main','9','2026-01-01T00:00:00+00:00');
CREATE TABLE dismissals (
	scope INTEGER NOT NULL, 
	resource TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	problems TEXT NOT NULL, 
	made_by TEXT NOT NULL, 
	made TEXT NOT NULL, 
	PRIMARY KEY (scope, resource, "key")
)
 WITHOUT ROWID

;
CREATE TABLE events (
	hook TEXT NOT NULL, 
	id TEXT NOT NULL, 
	received TEXT NOT NULL, 
	PRIMARY KEY (hook, id)
)
 WITHOUT ROWID

;
CREATE TABLE groups_done (
	pipeline TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	name TEXT NOT NULL, 
	basis TEXT NOT NULL, 
	finished TEXT NOT NULL, 
	PRIMARY KEY (pipeline, "by", name)
)
 WITHOUT ROWID


;
CREATE TABLE identities (
	entity TEXT NOT NULL, 
	address TEXT NOT NULL, 
	system TEXT NOT NULL, 
	id TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (entity, address, system, id)
)
 WITHOUT ROWID


;
CREATE TABLE inquiries (
	pipeline TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	made_by TEXT NOT NULL, 
	made TEXT NOT NULL, 
	PRIMARY KEY (pipeline, cause)
)
 WITHOUT ROWID

;
CREATE TABLE links (
	scope INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	target_key TEXT NOT NULL, 
	same BOOLEAN NOT NULL, 
	decided TEXT NOT NULL, 
	PRIMARY KEY (scope, "key", target_key)
)
 WITHOUT ROWID


;
CREATE TABLE locks (
	pipeline TEXT NOT NULL, 
	fencing INTEGER NOT NULL, 
	run TEXT, 
	host TEXT NOT NULL, 
	place TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	birth TEXT NOT NULL, 
	since TEXT NOT NULL, 
	beats INTEGER NOT NULL, 
	beat TEXT NOT NULL, 
	PRIMARY KEY (pipeline)
);
CREATE TABLE matches (
	scope INTEGER NOT NULL, 
	matched TEXT NOT NULL, 
	PRIMARY KEY (scope)
);
CREATE TABLE memory (
	address TEXT NOT NULL, 
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (address, name, "key")
)
 WITHOUT ROWID


;
CREATE TABLE numbers (
	series TEXT NOT NULL, 
	system TEXT NOT NULL, 
	record TEXT NOT NULL, 
	number TEXT NOT NULL, 
	folded TEXT NOT NULL, 
	free BOOLEAN NOT NULL, 
	given TEXT NOT NULL, 
	PRIMARY KEY (series, system, record)
)
 WITHOUT ROWID


;
CREATE TABLE open_items (
	scope INTEGER NOT NULL, 
	resource TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	"row" INTEGER NOT NULL, 
	source_row TEXT NOT NULL, 
	status TEXT NOT NULL, 
	problems TEXT NOT NULL, 
	told TEXT NOT NULL, 
	fingerprint BLOB, 
	first TEXT NOT NULL, 
	last TEXT NOT NULL, 
	tried TEXT, 
	run INTEGER NOT NULL, 
	PRIMARY KEY (scope, resource, "key")
);
INSERT INTO "open_items" VALUES(7,'products','B',2,'{"sku":"B"}','refused','[]','[]',NULL,'2026-01-01T00:00:00+00:00','2026-01-01T00:00:00+00:00',NULL,1);
CREATE TABLE owners (
	scope INTEGER NOT NULL, 
	owner TEXT NOT NULL, 
	PRIMARY KEY (scope)
);
CREATE TABLE people (
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	password TEXT NOT NULL, 
	language TEXT NOT NULL, 
	active BOOLEAN NOT NULL, 
	created TEXT NOT NULL, 
	PRIMARY KEY (name)
)
 WITHOUT ROWID

;
CREATE TABLE records (
	scope INTEGER NOT NULL, 
	resource TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	fingerprint BLOB, 
	columns INTEGER, 
	seen INTEGER NOT NULL, 
	PRIMARY KEY (scope, resource, "key")
)
 WITHOUT ROWID


;
INSERT INTO "records" VALUES(7,'products','A',X'31',1,1);
CREATE TABLE requests (
	number INTEGER NOT NULL, 
	pipeline TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	what TEXT NOT NULL, 
	cause TEXT NOT NULL, 
	asked_by TEXT NOT NULL, 
	asked TEXT NOT NULL, 
	status TEXT NOT NULL, 
	server TEXT NOT NULL, 
	due TEXT, 
	stopped TEXT NOT NULL, 
	begun TEXT, 
	ended TEXT, 
	run TEXT, 
	exit_code INTEGER, 
	told TEXT NOT NULL, 
	PRIMARY KEY (number)
);
CREATE TABLE runs (
	number INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	pipeline TEXT NOT NULL, 
	started TEXT NOT NULL, 
	finished TEXT, 
	exit_code INTEGER, 
	report TEXT, 
	log TEXT, 
	PRIMARY KEY (number), 
	UNIQUE (id)
);
INSERT INTO "runs" VALUES(1,'20260101-000000-00000001','p','2026-01-01T00:00:00+00:00','2026-01-01T00:01:00+00:00',0,'{"run": {}}','x');
CREATE TABLE schedules (
	pipeline TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	cron TEXT NOT NULL, 
	since TEXT NOT NULL, 
	claimed TEXT NOT NULL, 
	paused TEXT, 
	paused_by TEXT NOT NULL, 
	PRIMARY KEY (pipeline, kind)
)
 WITHOUT ROWID

;
CREATE TABLE scopes (
	id INTEGER NOT NULL, 
	pipeline TEXT NOT NULL, 
	flow TEXT NOT NULL, 
	sink TEXT NOT NULL, 
	address TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (pipeline, flow, sink, address)
);
INSERT INTO "scopes" VALUES(7,'p','f','shop.products','shop://main');
CREATE TABLE sent (
	scope INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	resource TEXT NOT NULL, 
	run INTEGER NOT NULL, 
	"row" INTEGER NOT NULL, 
	header INTEGER NOT NULL, 
	columns INTEGER NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (scope, "key", resource)
)
 WITHOUT ROWID


;
CREATE TABLE sequences (
	series TEXT NOT NULL, 
	part TEXT NOT NULL, 
	next INTEGER NOT NULL, 
	PRIMARY KEY (series, part)
)
 WITHOUT ROWID


;
CREATE TABLE servers (
	name TEXT NOT NULL, 
	host TEXT NOT NULL, 
	place TEXT NOT NULL, 
	pid INTEGER NOT NULL, 
	birth TEXT NOT NULL, 
	beat TEXT NOT NULL, 
	PRIMARY KEY (name)
)
 WITHOUT ROWID

;
CREATE TABLE sign_ins (
	hash TEXT NOT NULL, 
	person TEXT NOT NULL, 
	begun TEXT NOT NULL, 
	used TEXT NOT NULL, 
	ends TEXT NOT NULL, 
	PRIMARY KEY (hash)
)
 WITHOUT ROWID

;
CREATE TABLE tokens (
	hash TEXT NOT NULL, 
	name TEXT NOT NULL, 
	role TEXT NOT NULL, 
	made_by TEXT NOT NULL, 
	created TEXT NOT NULL, 
	used TEXT, 
	ends TEXT, 
	PRIMARY KEY (hash)
)
 WITHOUT ROWID

;
CREATE INDEX ix_runs_pipeline ON runs (pipeline);
CREATE INDEX identities_of_key ON identities (entity, address, folded);
CREATE INDEX claims_of_key ON claims (scope, folded);
CREATE INDEX contested_of_key ON contested (scope, folded);
CREATE INDEX ix_changes_run ON changes (run);
CREATE INDEX changes_of_record ON changes (scope, "key");
CREATE UNIQUE INDEX numbers_by_number ON numbers (folded);
CREATE INDEX ix_sign_ins_person ON sign_ins (person);
CREATE UNIQUE INDEX tokens_by_name ON tokens (name);
CREATE INDEX ix_requests_run ON requests (run);
CREATE INDEX requests_of_pipeline ON requests (pipeline, number);
CREATE INDEX requests_by_status ON requests (status);
CREATE INDEX ix_events_received ON events (received);
