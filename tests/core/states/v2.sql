CREATE TABLE about (
	schema_version INTEGER NOT NULL
);
INSERT INTO "about" VALUES(2);
CREATE TABLE column_sets (
	id INTEGER NOT NULL, 
	names TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (names)
);
INSERT INTO "column_sets" VALUES(1,'["a","b"]');
CREATE TABLE cursors (
	pipeline TEXT NOT NULL, 
	flow TEXT NOT NULL, 
	address TEXT NOT NULL, 
	cursor TEXT NOT NULL, 
	updated TEXT NOT NULL, 
	PRIMARY KEY (pipeline, flow, address)
);
INSERT INTO "cursors" VALUES('p','f','shop://main','9','2026-01-01T00:00:00+00:00');
CREATE TABLE memory (
	address TEXT NOT NULL, 
	name TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	text TEXT NOT NULL, 
	PRIMARY KEY (address, name, "key")
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
CREATE INDEX ix_runs_pipeline ON runs (pipeline);
