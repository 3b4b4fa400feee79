// Makes three fresh mongods one replica set in which each service may use its own database only.
// Run by mongosh on the first member's loopback address, as often as wanted. Without users yet, that address may
// start the set and make the first user (MongoDB manual, "localhost exception").
"use strict";

const fs = require("fs");

const ALREADY_DONE = ["AlreadyInitialized", "Unauthorized"];
const USER_EXISTS = 51003;

function secret(name) {
    return fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();
}

/** Repeats a step for two minutes while the other members start. */
function patiently(step) {
    for (let left = 120; ; left -= 1) {
        try {
            step();
            return;
        } catch (fault) {
            if (left === 0) throw fault;
            sleep(1000);
        }
    }
}

/** Runs a step that an earlier run may have done. */
function once(step, done) {
    try {
        step();
    } catch (fault) {
        if (!done(fault)) throw fault;
    }
}

const members = ["mongo-1:27017", "mongo-2:27017", "mongo-3:27017"].map((host, _id) => ({
    _id,
    host,
    // The first one leads when it can, so that this script always finds the primary where it runs.
    priority: _id === 0 ? 2 : 1,
}));
patiently(() =>
    once(
        () => rs.initiate({ _id: "tessera", members }),
        (fault) => ALREADY_DONE.includes(fault.codeName),
    ),
);
patiently(() => {
    if (!db.hello().isWritablePrimary) throw new Error("mongo-1 does not become primary");
});

const admin = db.getSiblingDB("admin");
const root = { user: "root", pwd: secret("mongo-root-password") };
once(
    () => admin.createUser({ ...root, roles: ["root"] }),
    (fault) => fault.codeName === "Unauthorized",
);
admin.auth(root);

for (const name of ["auth-store-url", "resource-store-url"]) {
    const [, user, pwd, database] = /^mongodb:\/\/([^:]+):([^@]+)@[^/]+\/([^?]+)/.exec(secret(name));
    once(
        () => db.getSiblingDB(database).createUser({ user, pwd, roles: ["readWrite"] }),
        (fault) => fault.code === USER_EXISTS,
    );
}
print("the replica set is ready");
