PRAGMA application_id = 1313423688;
PRAGMA user_version = 6;
BEGIN TRANSACTION;
CREATE TABLE baselines (
            name TEXT NOT NULL,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE RESTRICT,
            set_at TEXT NOT NULL,
            PRIMARY KEY (name, run_key)
        ) WITHOUT ROWID;
INSERT INTO "baselines" VALUES('nightly',1,'2026-11-24T03:00:00+00:00');
CREATE TABLE cells (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            depth_percent REAL NOT NULL,
            n INTEGER NOT NULL,
            planned INTEGER NOT NULL,
            raw_accuracy REAL,
            raw_lower REAL,
            raw_upper REAL,
            raw_method TEXT NOT NULL,
            pooled_accuracy REAL,
            pooled_lower REAL,
            pooled_upper REAL,
            pooled_method TEXT NOT NULL,
            PRIMARY KEY (run_key, model, task, context_length, depth_percent)
        ) WITHOUT ROWID;
INSERT INTO "cells" VALUES(1,'reference/exact','single/magic-number',1000,50.0,1,2,1.0,0.1468,1.0,'Jeffreys',0.94,0.52,0.995,'pooled map, version 1');
CREATE TABLE judgements (
            judgement TEXT PRIMARY KEY,
            judge TEXT NOT NULL,
            rubric TEXT NOT NULL,
            run_key INTEGER REFERENCES runs ON DELETE SET NULL,
            asked_at TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            spent_usd REAL NOT NULL,
            unpriced INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            verdict TEXT NOT NULL,
            record TEXT NOT NULL
        ) WITHOUT ROWID;
INSERT INTO "judgements" VALUES('0000000000000000000000000000000000000000000000000000000000000000','reference/literal-judge','judge-1',1,'2026-11-26T13:00:00+00:00',1,0.01,0,'answered','right','{}');
CREATE TABLE letters (
            letter_key INTEGER PRIMARY KEY,
            letter TEXT NOT NULL UNIQUE,
            written_at TEXT NOT NULL,
            body TEXT NOT NULL,
            seal TEXT NOT NULL,
            tries INTEGER NOT NULL
        );
INSERT INTO "letters" VALUES(1,'00000000000000000000000000000001','2026-11-26T17:00:00+00:00','{"event": "niah.gate.failed"}','0',1);
CREATE TABLE outcome_counts (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            outcome TEXT NOT NULL,
            trials INTEGER NOT NULL,
            PRIMARY KEY (run_key, outcome)
        ) WITHOUT ROWID;
INSERT INTO "outcome_counts" VALUES(1,'answered',1);
INSERT INTO "outcome_counts" VALUES(1,'failed',1);
CREATE TABLE replaced_trials (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            depth_percent REAL NOT NULL,
            repeat INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            record TEXT NOT NULL
        );
INSERT INTO "replaced_trials" VALUES(1,'0000000000000000000000000000000000000000000000000000000000000001','reference/exact','single/magic-number',1000,50.0,1,'failed','{"seed":1,"prompt_sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","prompt_tokens":1000,"placements":[{"role":"needle","asked_depth_percent":50.0,"placed_depth_percent":49.5,"token_offset":480,"char_offset":2100}],"question":"What is the magic number?","answers":["482913"],"failure_kind":"timeout","message":"No answer within 600 s.","response":"","reasoning":"","finish_reason":null,"served_model":null,"system_fingerprint":null,"score":null,"score_reason":"","found":[],"taken":[],"input_tokens":null,"cached_input_tokens":null,"cache_write_tokens":null,"output_tokens":null,"reasoning_tokens":null,"usage":"{}","cost_usd":null,"latency_s":null,"attempts":1,"started_at":"","tags":{}}');
CREATE TABLE rescores (
            scoring_key INTEGER NOT NULL REFERENCES scorings ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            score REAL,
            reason TEXT NOT NULL,
            found TEXT NOT NULL,
            taken TEXT NOT NULL,
            PRIMARY KEY (scoring_key, trial_id)
        ) WITHOUT ROWID;
INSERT INTO "rescores" VALUES(1,'0000000000000000000000000000000000000000000000000000000000000001',0.5,'partly stated','["482913"]','[]');
CREATE TABLE reservations (
            reservation INTEGER PRIMARY KEY AUTOINCREMENT,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            worst_case_usd REAL NOT NULL
        );
INSERT INTO "reservations" VALUES(3,1,'0000000000000000000000000000000000000000000000000000000000000002',1.5);
CREATE TABLE retests (
            run_key INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
            of_run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE
        );
CREATE TABLE runs (
            run_key INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            experiment_sha256 TEXT NOT NULL,
            simulated INTEGER NOT NULL,
            planned_trials INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            status TEXT NOT NULL,
            finished_at TEXT,
            source TEXT NOT NULL,
            versions TEXT NOT NULL,
            experiment TEXT NOT NULL
        , scored_by TEXT NOT NULL DEFAULT '');
INSERT INTO "runs" VALUES(1,'quickstart-1','quickstart','eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',1,27,'2026-11-23T16:30:00Z','running',NULL,'measured','{"niah": "0.1.0", "python": "3.11.9"}','{"name":"quickstart"}','token-f1 rules-1');
CREATE TABLE scorings (
            scoring_key INTEGER PRIMARY KEY,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            scorer TEXT NOT NULL,
            niah_version TEXT NOT NULL,
            scored_at TEXT NOT NULL,
            UNIQUE (run_key, scorer)
        );
INSERT INTO "scorings" VALUES(1,1,'token-f1 rules-1','0.1.0','2026-11-26T13:00:00+00:00');
CREATE TABLE spending (
            run_key INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
            spent_usd REAL NOT NULL,
            unpriced_trials INTEGER NOT NULL
        );
INSERT INTO "spending" VALUES(1,0.25,0);
CREATE TABLE tallies (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            repeat INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            trials INTEGER NOT NULL,
            score_sum REAL NOT NULL,
            cost_usd REAL NOT NULL,
            unpriced INTEGER NOT NULL,
            latency_s REAL NOT NULL,
            timed INTEGER NOT NULL,
            PRIMARY KEY (run_key, model, task, context_length, repeat, outcome)
        ) WITHOUT ROWID;
INSERT INTO "tallies" VALUES(1,'reference/exact','single/magic-number',1000,1,'answered',1,1.0,0.25,0,0.125,1);
INSERT INTO "tallies" VALUES(1,'reference/exact','single/magic-number',1000,2,'failed',1,0.0,0.0,1,0.0,0);
CREATE TABLE trials (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            depth_percent REAL NOT NULL,
            repeat INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            record TEXT NOT NULL,
            UNIQUE (run_key, trial_id)
        );
INSERT INTO "trials" VALUES(1,'0000000000000000000000000000000000000000000000000000000000000001','reference/exact','single/magic-number',1000,50.0,1,'answered','{"seed":1,"prompt_sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","prompt_tokens":1000,"placements":[{"role":"needle","asked_depth_percent":50.0,"placed_depth_percent":49.5,"token_offset":480,"char_offset":2100}],"question":"What is the magic number?","answers":["482913"],"failure_kind":null,"message":"","response":"Es ist 482913 \u2013 \u2028\u001b[31m\ud800.","reasoning":"Let me look.","finish_reason":"stop","served_model":"exact-1","system_fingerprint":"fp","score":1.0,"score_reason":"the answer stands in the response","found":["482913"],"taken":[],"input_tokens":1012,"cached_input_tokens":900,"cache_write_tokens":0,"output_tokens":9,"reasoning_tokens":3,"usage":"{\"prompt_tokens\":1012}","cost_usd":0.25,"latency_s":0.125,"attempts":2,"started_at":"2026-11-23T16:30:01Z","tags":{"group":"a"}}');
INSERT INTO "trials" VALUES(1,'0000000000000000000000000000000000000000000000000000000000000002','reference/exact','single/magic-number',1000,50.0,2,'failed','{"seed":2,"prompt_sha256":"","prompt_tokens":1000,"placements":[],"question":"What is the magic number?","answers":["482913"],"failure_kind":"connection","message":"The connection was reset.","response":"","reasoning":"","finish_reason":null,"served_model":null,"system_fingerprint":null,"score":null,"score_reason":"","found":[],"taken":[],"input_tokens":null,"cached_input_tokens":null,"cache_write_tokens":null,"output_tokens":null,"reasoning_tokens":null,"usage":"{}","cost_usd":null,"latency_s":null,"attempts":1,"started_at":"","tags":{}}');
CREATE TABLE verdicts (
            verdict_key INTEGER PRIMARY KEY,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            decided_at TEXT NOT NULL,
            verdict TEXT NOT NULL,
            document TEXT NOT NULL
        );
INSERT INTO "verdicts" VALUES(1,1,'2026-11-24T03:00:00+00:00','pass','{"verdict": "pass"}');
CREATE INDEX runs_by_experiment ON runs (experiment_sha256, run_key);
CREATE INDEX trials_by_cell
            ON trials (run_key, model, task, context_length, depth_percent, repeat, trial_id);
CREATE INDEX replaced_by_trial ON replaced_trials (run_key, trial_id);
CREATE INDEX reservations_by_run ON reservations (run_key, worst_case_usd);
CREATE INDEX baselines_by_run ON baselines (run_key);
CREATE INDEX retests_by_parent ON retests (of_run_key);
CREATE INDEX verdicts_by_run ON verdicts (run_key);
CREATE INDEX judgements_by_run ON judgements (run_key, judge);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',1);
INSERT INTO "sqlite_sequence" VALUES('reservations',3);
COMMIT;
