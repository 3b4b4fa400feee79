// Made from the OpenAPI documents of both services by `npm run api-types`. Do not edit.

export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Public keys that tokens are signed with
         * @description A shared key never leaves its file, so with one the list is empty.
         */
        get: operations["getWellKnownJwksJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Metadata of the authorization server */
        get: operations["getWellKnownOauthAuthorizationServer"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/oauth-authorization-server/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metadata of an authorization server whose issuer has a path
         * @description RFC 8414 section 3.1: the path of the issuer follows the well-known one. Any other path is 404.
         */
        get: operations["getWellKnownOauthAuthorizationServerByPath"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/{collection}/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the fields of a collection
         * @description The fields that queries can name, for a caller with the collection's read scope. Where the schema leaves objects open, those of the 1,000 latest documents are listed too, 1,000 fields in all: the most frequent ones, each with the number of these documents that have it. No value is shown but a unit, which is that of the member `unit` beside a number. Fields that the caller is not shown are left out.
         */
        get: operations["list_fields"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find documents */
        get: operations["list_calculations"];
        put?: never;
        /** Add a document, or many */
        post: operations["insert_calculations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Read a document */
        get: operations["get_calculations"];
        /** Replace a document */
        put: operations["replace_calculations"];
        post?: never;
        /** Remove a document */
        delete: operations["delete_calculations"];
        options?: never;
        head?: never;
        /** Change fields of a document */
        patch: operations["patch_calculations"];
        trace?: never;
    };
    "/api/calculations/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Explain a user's access */
        get: operations["access_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** List the files of a document */
        get: operations["list_artifacts_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/artifacts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
                /** @description 1 to 1024 bytes of UTF-8, percent-encoded. Slashes, written `/` or `%2F`, separate folders: at most 32 segments of 1 to 255 bytes, none of them `.` or `..`, without \ and control characters. A file may have the name of a folder. */
                name: components["parameters"]["artifact"];
            };
            cookie?: never;
        };
        /** Read a file of a document, whole or in part */
        get: operations["get_artifact_calculations"];
        /**
         * Attach a file to a document
         * @description The file becomes visible when all of it has arrived, and replaces a file of the same name atomically. A file without the announced SHA-256 is refused. An interrupted upload that announced it may continue within the hour: unfinished in the list of files says how much has arrived.
         */
        put: operations["put_artifact_calculations"];
        post?: never;
        /** Remove a file of a document */
        delete: operations["delete_artifact_calculations"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a removed document */
        post: operations["bring_back_calculations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/verdicts": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /**
         * List each person's latest verdict on a calculation
         * @description current counts those of the current revision. Also needs the scope that reads reviews.
         */
        get: operations["verdicts_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** List revisions */
        get: operations["list_versions_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/versions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
                revision: components["parameters"]["revision"];
            };
            cookie?: never;
        };
        /** Read a revision */
        get: operations["get_version_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/versions/{revision}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
                revision: components["parameters"]["revision"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a revision */
        post: operations["restore_calculations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/{id}/versions/diff": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Compare two revisions */
        get: operations["diff_versions_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/aggregate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return statistics of documents */
        get: operations["aggregate_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow changes */
        get: operations["follow_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/changes/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a ticket for changes */
        post: operations["ticket_calculations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Compare calculations
         * @description Parameters that differ, and results and series that differ by more than the tolerance: values agree where |a - b| is at most abs, or at most rel of the larger of the two, or where they are at most ulp doubles apart; by default where they are equal. NaN agrees with NaN. Results in different units never agree.
         */
        get: operations["compare_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/calculations/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Measure the collection */
        get: operations["usage_calculations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow changes of several collections
         * @description Server-Sent Events of several collections in one stream, in the order in which they happened, for a client with few connections. Events, their data and the end of the stream are those of `GET /api/{collection}/changes`, by the policy of each collection; the data has the member `collection` too. One id continues the stream in all collections; the set of collections may then be another. The stream ends when the definition of one of them changes: the data of `end` names it. An id from before one of them was removed is answered 410. There are no filters.
         */
        get: operations["follow_collections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All definitions */
        get: operations["list_collections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collections/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        /** One definition */
        get: operations["get_collection"];
        /**
         * Create or change a collection
         * @description This replica serves it immediately, every other within five seconds; its indexes are made before. Until then other replicas check documents by the previous definition. A new collection is open to administrators alone until a role has its scopes. A `default` in the schema must be valid by the schema that it is in.
         */
        put: operations["put_collection"];
        post?: never;
        /**
         * Remove a definition
         * @description A collection that a file of the service defines falls back to that definition and keeps its documents.
         */
        delete: operations["delete_collection"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find documents */
        get: operations["list_reviews"];
        put?: never;
        /** Add a document, or many */
        post: operations["insert_reviews"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Read a document */
        get: operations["get_reviews"];
        /** Replace a document */
        put: operations["replace_reviews"];
        post?: never;
        /** Remove a document */
        delete: operations["delete_reviews"];
        options?: never;
        head?: never;
        /** Change fields of a document */
        patch: operations["patch_reviews"];
        trace?: never;
    };
    "/api/reviews/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Explain a user's access */
        get: operations["access_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/aggregate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return statistics of documents */
        get: operations["aggregate_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow changes */
        get: operations["follow_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/changes/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a ticket for changes */
        post: operations["ticket_reviews"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what waits for the caller's verdict
         * @description Each calculation once, for the first of these reasons: stale (the caller's latest verdict is of an earlier revision), requested (of the caller, or of anyone by another person), quorum (the calculation asks for more verdicts than it has of its current revision, none is the caller's, and it is not the caller's own). verdicts counts each person's latest verdict, if it is of the current revision; given leaves out that of the calculation's owner, which the quorum does not count. Also needs the scope that reads calculations. A page may have fewer items than limit, or none; it is the last one only if next is null.
         */
        get: operations["queue_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reviews/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Measure the collection */
        get: operations["usage_reviews"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find documents of all collections
         * @description Looks in every collection that the caller may read, and shows what a list would show. `q` is an id, the beginning of one (6 characters or more), or words: then a document is found that has each of them, in whatever letters, in a text that its schema declares, of which the first 1,000 characters count and texts of a `maxLength` beyond that do not. A document of `series` is found by its id alone. Words are looked for in the 10,000 latest documents of a collection, for 3 seconds in all: `complete` is false if there was more to look at, or to show, and `limited` names the collections that have more documents.
         */
        get: operations["search_documents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find documents */
        get: operations["list_series"];
        put?: never;
        /** Add a document, or many */
        post: operations["insert_series"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Read a document */
        get: operations["get_series"];
        /** Replace a document */
        put: operations["replace_series"];
        post?: never;
        /** Remove a document */
        delete: operations["delete_series"];
        options?: never;
        head?: never;
        /** Change fields of a document */
        patch: operations["patch_series"];
        trace?: never;
    };
    "/api/series/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Explain a user's access */
        get: operations["access_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series/aggregate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return statistics of documents */
        get: operations["aggregate_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow changes */
        get: operations["follow_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series/changes/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a ticket for changes */
        post: operations["ticket_series"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Summarize what a calculation measured
         * @description min and max leave NaN out; last_value is the value at the last step.
         */
        get: operations["metrics_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series/points": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read a series
         * @description In order of the steps. NDJSON and CSV give all points, or the first of them by limit. With points the series is reduced to that many points at most: chosen by Largest-Triangle-Three-Buckets, each with the smallest and the largest finite value of its bucket (min, max), and always the extremes of the whole range. As JSON, a sample also counts all values of the range that are not finite, and lists the first of them (specials).
         */
        get: operations["points_series"];
        put?: never;
        /**
         * Append points to series
         * @description Each step of a metric is stored once, even if others append at the same time: points can be sent again. A step that has another value, or another time, is a conflict (409, one error for each) and keeps it; all other points are stored. With replace=true the whole point is overwritten, its time too. An event of /api/series/changes carries the points that are new in its document; points that the service moves to another document come once more.
         */
        post: operations["append_series"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/series/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Measure the collection */
        get: operations["usage_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find documents */
        get: operations["list_views"];
        put?: never;
        /** Add a document, or many */
        post: operations["insert_views"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/views/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Read a document */
        get: operations["get_views"];
        /** Replace a document */
        put: operations["replace_views"];
        post?: never;
        /** Remove a document */
        delete: operations["delete_views"];
        options?: never;
        head?: never;
        /** Change fields of a document */
        patch: operations["patch_views"];
        trace?: never;
    };
    "/api/views/{id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** Explain a user's access */
        get: operations["access_views"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/views/aggregate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Return statistics of documents */
        get: operations["aggregate_views"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/views/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow changes */
        get: operations["follow_views"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/views/changes/ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a ticket for changes */
        post: operations["ticket_views"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/views/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Measure the collection */
        get: operations["usage_views"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your API keys
         * @description Ordered by id, oldest first.
         */
        get: operations["getApiKeys"];
        put?: never;
        /**
         * Create an API key
         * @description For scripts and cluster jobs: it gets tokens at `/auth/token` with `client_credentials`, which act for you with some
         *     of your scopes, until it expires or you are disabled. Its secret is shown only once. Needs a recent login, or your
         *     password as `current_password`; an API key cannot create another.
         */
        post: operations["postApiKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove an API key
         * @description Its tokens are refused everywhere within a second.
         */
        delete: operations["deleteApiKeysById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the audit log
         * @description Who did what to whom, from where, and whether it was done; newest first.
         */
        get: operations["getAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List clients */
        get: operations["getClients"];
        put?: never;
        /**
         * Create a client
         * @description Its secret is shown only once. Its scopes must be within yours. As in a role, a scope that nothing asks for, such as one
         *     that is mistyped, allows nothing.
         */
        post: operations["postClients"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/clients/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a client */
        get: operations["getClientsById"];
        put?: never;
        post?: never;
        /**
         * Remove a client
         * @description Its tokens are refused everywhere within a second.
         */
        delete: operations["deleteClientsById"];
        options?: never;
        head?: never;
        /**
         * Change a client
         * @description Disabling it, or removing a scope from it, revokes its tokens.
         */
        patch: operations["patchClientsById"];
        trace?: never;
    };
    "/auth/clients/{id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret
         * @description The new secret is shown only once. The old one stays valid for a day, or for `keep_old_for` seconds, so that it can
         *     be replaced everywhere in time; at most two are valid at the same time. Secrets are stored as SHA-256: they are 256
         *     random bits, which cannot be guessed as a password can.
         */
        post: operations["postClientsByIdSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/introspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Introspect a token
         * @description For any client that authenticates. An access token is checked against the current state: its user or client, its
         *     session and revocations. A refresh token is active only for its own client. A job sends `client_id=tessera-job` and
         *     may ask about its own tokens.
         */
        post: operations["postIntrospect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept an invitation
         * @description You are a member of its project from then on.
         */
        post: operations["postInvitationsAccept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in with e-mail and password
         * @description Send a form, the same as JSON, or HTTP Basic with only `grant_type` and `scope` in the body. The refresh token is
         *     returned in a cookie and never in the body.
         */
        post: operations["postLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description Ends the session of the cookie and clears the cookie. Access tokens of the session are revoked: they are refused
         *     everywhere within a second.
         */
        post: operations["postLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/memberships": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow memberships
         * @description Without `after`: everything as it is now, as NDJSON. Its first line has `next` and `personal`, each other one a fact, and the last
         *     one `"complete": true`; without it the answer is incomplete. With `after` a long poll of what was changed since: continue with `next`.
         *     Each fact is the state from then on, whatever was sent before, so that reading one twice does no harm. Where `personal` is true
         *     each user owns a project that has the user's id, of which the log says nothing. Entries are kept for a day: a reader that was away
         *     for longer gets 410 and reads everything again.
         */
        get: operations["getMemberships"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List projects
         * @description Those that you are a member of, by yourself or through a team; each says which memberships give you your role. Unless the
         *     installation is set up otherwise you have a `personal` one, too. With `all`, which needs `projects:admin`, all that are shared.
         */
        get: operations["getProjects"];
        put?: never;
        /**
         * Make a project
         * @description You own it. An administrator may name another user as its `owner`. Where no `slug` is given it is made from the title, with a
         *     number behind it where another project has that one: slugs are unique in the installation.
         */
        post: operations["postProjects"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/projects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a project */
        get: operations["getProjectsById"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change a project
         * @description Its owners may. With `If-Match` it is changed only if it and its members are as you read them. A change of nothing leaves its
         *     version as it is.
         */
        patch: operations["patchProjectsById"];
        trace?: never;
    };
    "/auth/projects/{id}/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the invitations to a project
         * @description Those that can still be accepted. Its maintainers and owners see them.
         */
        get: operations["getProjectsByIdInvitations"];
        put?: never;
        /**
         * Invite somebody
         * @description Its maintainers and owners may, at their own login, for a role that is no greater than theirs. Anybody else can accept it with
         *     the token, once, until it expires, and only while you could make it again. Where your role ends, theirs ends with it.
         */
        post: operations["postProjectsByIdInvitations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/projects/{id}/invitations/{invitation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw an invitation */
        delete: operations["deleteProjectsByIdInvitationsByInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/projects/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the members of a project
         * @description Users, teams and service accounts, those that have expired included. The ETag is that of the project.
         */
        get: operations["getProjectsByIdMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/projects/{id}/members/{kind}/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Add a member, or change what one may do
         * @description Its owners may. You can add a team that you are in. At least one user who is not disabled always owns the project without an end,
         *     by themselves or through a team: else 409 `last_owner`. The ETag is that of the project from then on.
         */
        put: operations["putProjectsByIdMembersByKindByMember"];
        post?: never;
        /**
         * Remove a member
         * @description Its owners may, and each user may leave. The ETag is that of the project from then on.
         */
        delete: operations["deleteProjectsByIdMembersByKindByMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/revocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow revocations
         * @description A long poll: returns immediately if there are entries after the cursor, else as soon as there is one, or after
         *     `wait` seconds with none. Start at 0 and continue with `next`. Refuse an access token if an entry names its `sub`
         *     (`subject`), its `sid` or else its `jti` (`session`), its `client_id` (`key`) or one of its `roles` or `from_roles`
         *     (`role`), and its `iat` is before `not_before`. For a `role`, compare its `roles_at` if it has one; for a `session`,
         *     refuse it whatever its `iat` is. Forget the entry at `expires_at`. No entry is ever added before a cursor that was
         *     returned.
         */
        get: operations["getRevocations"];
        put?: never;
        /**
         * End the job grants of a calculation
         * @description Called by resource-service when a calculation is finished.
         */
        post: operations["postRevocations"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Revoke a token
         * @description Also ends the session it belongs to. A token that is unknown, or another client's, is no error (RFC 7009).
         */
        post: operations["postRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List roles
         * @description Ordered by name.
         */
        get: operations["getRoles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/roles/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Create a role, or change its scopes
         * @description The response is delayed by one second, after which every replica applies the change. Tokens have it after their next
         *     refresh. This service does not know the collections: it accepts any well-formed scope, and one that nothing asks for,
         *     such as the mistyped `calculation:read`, allows nothing. `GET /api/collections` lists the scopes of each collection.
         */
        put: operations["putRolesByName"];
        post?: never;
        /**
         * Remove a role
         * @description A role that is built in, or that a user has, cannot be removed.
         */
        delete: operations["deleteRolesByName"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look up users, sessions, clients and the audit log
         * @description `q` is the id of a user, a session, a client, an API key or a request, the `jti` of a token that was revoked, or the
         *     beginning of an e-mail address or of the name of a user or a client, in upper or lower case. Users, sessions and API keys are
         *     found with the scope `users:read`, clients with `clients:read`, entries of the audit log with `audit:read`; one of the three
         *     is needed.
         */
        get: operations["getSearch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List your sessions
         * @description Those that can still be refreshed, newest first.
         */
        get: operations["getSessions"];
        put?: never;
        post?: never;
        /**
         * End all your sessions
         * @description Including the session of this request: every device must log in again. Their access tokens are refused everywhere
         *     within a second. If there are too many sessions to end in time, the current tokens of your API keys are revoked too;
         *     the keys can get new ones. Needs a recent login, or the password in the body.
         */
        delete: operations["deleteSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of your sessions */
        delete: operations["deleteSessionsById"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List teams
         * @description Those that you are in. With `all`, which needs `projects:admin`, all of the installation.
         */
        get: operations["getTeams"];
        put?: never;
        /**
         * Make a team
         * @description You are in it and manage it.
         */
        post: operations["postTeams"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/teams/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a team */
        get: operations["getTeamsById"];
        put?: never;
        post?: never;
        /**
         * Remove a team
         * @description It leaves every project that it is in, unless one would have no owner then.
         */
        delete: operations["deleteTeamsById"];
        options?: never;
        head?: never;
        /**
         * Rename a team
         * @description Those who manage it and administrators may.
         */
        patch: operations["patchTeamsById"];
        trace?: never;
    };
    "/auth/teams/{id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the users of a team */
        get: operations["getTeamsByIdMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/teams/{id}/members/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Add a user to a team, or change their place
         * @description Those who manage it and administrators may. A team has at most 10,000 users, and a user is in at most 500 teams. The ETag is that
         *     of the team from then on.
         */
        put: operations["putTeamsByIdMembersByUser"];
        post?: never;
        /**
         * Remove a user from a team
         * @description Those who manage it and administrators may, and each user may leave. The ETag is that of the team from then on.
         */
        delete: operations["deleteTeamsByIdMembersByUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a token
         * @description For services, API keys and jobs. A client authenticates by HTTP Basic or in the form. A token exchange makes a job
         *     grant: named scopes for one calculation. The token of a login is exchanged as `client_id=tessera-job`, without a
         *     secret; the token of a service or an API key only with the credentials of that key, or of a service that has the
         *     grant `urn:ietf:params:oauth:grant-type:token-exchange`. The holder of the refresh token refreshes it without a
         *     secret, as `client_id=tessera-job`, until the calculation is finished; it expires after `refresh_expires_in`
         *     seconds. `authorization_details` that are not understood are refused.
         */
        post: operations["postToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/token-refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh the session
         * @description Uses the refresh token in the cookie and sets its successor. If an access token is sent too, expired or not, it must
         *     be of the same session.
         */
        post: operations["postTokenRefresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List users
         * @description Ordered by id, oldest first.
         */
        get: operations["getUsers"];
        put?: never;
        /**
         * Sign up
         * @description For anyone if registration is open; needs the scope `users:write` if it is closed.
         */
        post: operations["postUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a user */
        get: operations["getUsersById"];
        put?: never;
        post?: never;
        /**
         * Remove a user
         * @description Removes their sessions and API keys too. Their documents stay.
         */
        delete: operations["deleteUsersById"];
        options?: never;
        head?: never;
        /**
         * Change a user
         * @description Disabling a user ends their sessions, suspends their API keys permanently, and their tokens are refused everywhere
         *     within a second. Setting a password does the same, and the user must change it at the next login. Enabling a user
         *     again does not restore their API keys: they create new ones. If the user loses a scope, their tokens that have it
         *     are revoked. Change your own password at `PUT /auth/users/me/password`; an API key or a service cannot change its
         *     own user. You cannot change a user who has scopes that you lack, give a role with such scopes, or remove the last
         *     administrator.
         */
        patch: operations["patchUsersById"];
        trace?: never;
    };
    "/auth/users/{id}/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a user's API keys
         * @description Ordered by id, oldest first, with their last use and expiry. Secrets are never shown.
         */
        get: operations["getUsersByIdApiKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/users/{id}/api-keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove an API key of a user
         * @description Its tokens, and the job grants that were made with it, are refused everywhere within a second. You cannot do this
         *     to a user who has scopes that you lack.
         */
        delete: operations["deleteUsersByIdApiKeysByKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/users/{id}/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a user's sessions */
        get: operations["getUsersByIdSessions"];
        put?: never;
        post?: never;
        /**
         * End a user's sessions
         * @description Their access tokens are refused everywhere within a second; API keys stay valid.
         */
        delete: operations["deleteUsersByIdSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/users/{id}/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a session or job grant of a user
         * @description Its access tokens are refused everywhere within a second. `GET /auth/users/{id}/sessions` lists both; a job grant
         *     has a calculation.
         */
        delete: operations["deleteUsersByIdSessionsBySession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/users/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read your user record */
        get: operations["getUsersMe"];
        put?: never;
        post?: never;
        /**
         * Delete your account
         * @description Revokes all your sessions, tokens and API keys. Needs a recent login, or the password in the body.
         */
        delete: operations["deleteUsersMe"];
        options?: never;
        head?: never;
        /** Change your name */
        patch: operations["patchUsersMe"];
        trace?: never;
    };
    "/auth/users/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Change your password
         * @description Ends every session but the one of this request. Every other device counts as unknown from then on.
         */
        put: operations["putUsersMePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Body of `POST /auth/invitations/accept`. */
        Acceptance: {
            /** @description The token of the invitation. */
            token: string;
        };
        /** @description The scopes of a collection; if absent, `NAME:read`, `NAME:write`, `NAME:admin`. */
        AccessDefinition: {
            /** @description Scope that sees and changes the documents of others in an owner-only collection. */
            admin?: string | null;
            /**
             * @description Fields that are shown only to those who hold a scope: dotted path to scope. A caller without it can neither
             *     read nor write the field, nor filter, sort or group by it.
             */
            hidden?: {
                [key: string]: string;
            };
            /** @description Whether a document is seen and changed by its owner alone. */
            owner_only?: boolean;
            /** @description Scope that reads. */
            read?: string | null;
            /**
             * @description A boolean field, in an owner-only collection: a document in which it is `true` is open for reading to everybody with
             *     the scope that reads. Its owner alone changes it.
             */
            shared?: string | null;
            /** @description Scope that writes. */
            write?: string | null;
        };
        /** @description Why somebody can, or cannot, see and change a document. */
        AccessReport: {
            /** @description Id of the document. */
            _id: string;
            /** @description `sub` of the user who created it. */
            _owner?: string | null;
            /** @description Whether there is such a document now. */
            exists: boolean;
            /** @description The fields that are hidden from them. */
            hidden: components["schemas"]["HiddenField"][];
            /** @description Whether they can read it. */
            read: components["schemas"]["Verdict"];
            /** @description `sub` of the user in question. */
            subject: string;
            /** @description Whether they can change it. */
            write: components["schemas"]["Verdict"];
        };
        /** @description One hit of an [`AccountSearch`]. */
        AccountHit: {
            /** @description What else identifies it. */
            detail: string;
            /** @description Its id. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["AccountKind"];
            /** @description The e-mail address of a user, the name of a client, the action of an entry. */
            title: string;
            /** @description The id of the user whose it is, or who acted. */
            user?: string | null;
        };
        /**
         * @description What a hit of [`AccountSearch`] is.
         * @enum {string}
         */
        AccountKind: "user" | "session" | "client" | "api_key" | "audit";
        /** @description What a search of users, sessions, clients and the audit log found. */
        AccountSearch: {
            /** @description Users, sessions, clients and API keys, then entries of the audit log, newest first. */
            items: components["schemas"]["AccountHit"][];
        };
        /** @description How many there are of something, and how large they are together. */
        Amount: {
            /**
             * Format: int64
             * @description Their bytes.
             */
            bytes: number;
            /**
             * Format: int64
             * @description How many.
             */
            count: number;
        };
        /** @description An API key, without its secret. */
        ApiKeyView: {
            /** @description The id it authenticates with. */
            client_id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it expires.
             */
            expires_at?: string | null;
            /**
             * Format: date-time
             * @description When it last received a token, to the minute.
             */
            last_used_at?: string | null;
            /** @description The display name. */
            name: string;
            /**
             * @description The scopes that its tokens may have. A scope that a later version stored and this one cannot read is shown as it is,
             *     and grants nothing.
             */
            scopes: string[];
            /**
             * @description Present if true: its user was disabled, or their password was reset, after it was made. It gets no more tokens,
             *     even if the user is enabled again.
             */
            suspended?: boolean;
        };
        /** @description An API key with its secret, which is shown once. */
        ApiKeyWithSecret: components["schemas"]["ApiKeyView"] & {
            /** @description The secret. */
            client_secret: string;
        };
        /** @description A file attached to a document. */
        Artifact: {
            /** @description `sub` of the user who sent it. */
            by: string;
            /** @description The media type that the client sent; without one, that detected from the first bytes. */
            content_type: string;
            /** @description When it was stored, as RFC 3339 in UTC with milliseconds. */
            created_at: string;
            /** @description Its name: 1 to 1,024 bytes of UTF-8 in Unicode's form NFC. Slashes separate the folders it lies in. */
            name: string;
            /** @description The SHA-256 of its bytes in lower-case hexadecimal; in quotes, its entity tag. */
            sha256: string;
            /**
             * Format: int64
             * @description How many bytes it has.
             */
            size: number;
        };
        /** @description The files of a document, or those whose names begin as the request says. */
        ArtifactList: {
            /** @description The files by name. */
            items: components["schemas"]["Artifact"][];
            /** @description Always `null`: one list has all files that were asked for. */
            next?: string | null;
            /**
             * Format: int64
             * @description How many files are listed.
             */
            total: number;
            /**
             * Format: int64
             * @description Their total size in bytes.
             */
            total_bytes: number;
            /** @description Interrupted uploads that announced their SHA-256: each is kept for an hour after its last bytes arrived. */
            unfinished: components["schemas"]["UnfinishedArtifact"][];
        };
        /** @description Which files may be attached to a document. */
        ArtifactsDefinition: {
            /**
             * Format: int64
             * @description The most bytes of one file.
             */
            max_bytes: number;
            /**
             * Format: int64
             * @description The most bytes of all files of a document together; not limited where absent.
             */
            max_total_bytes?: number | null;
            /** @description The accepted media types, complete (`text/csv`) or by type (`image/*`); all if absent. */
            types?: string[] | null;
        };
        BooleanFilter: {
            eq?: boolean;
            exists?: boolean;
            gt?: boolean;
            gte?: boolean;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: boolean;
            lte?: boolean;
            ne?: boolean;
            nin?: string;
        };
        /** @description Body of `POST /auth/revocations`: ends every job grant of a calculation. */
        CalculationEnd: {
            /** @description The calculation's id. */
            calculation: string;
        };
        /** @description Answer of `POST /auth/revocations`. */
        CalculationEnded: {
            /**
             * Format: int64
             * @description How many grants this request ended.
             */
            ended: number;
        };
        /**
         * Calculation
         * @description One run of a code: what was asked of it, where it ran, what came out.
         */
        calculations: {
            /** @description The program that calculates. */
            code: {
                name: string;
                version?: string;
            };
            /** @description _id of each calculation whose results this one uses. */
            derived_from?: string[];
            /** Format: date-time */
            finished_at?: string;
            /**
             * Format: date-time
             * @description Set by the service, at most every 30 seconds: when its job last wrote to the calculation, its series or its files, or its owner to its series or files while it was running. It changes without a revision.
             */
            readonly heartbeat_at?: string;
            /** @description The machine that ran it. */
            host?: string;
            /** @description Names and values of the users' own, such as team or project. A value is text: labels.run=5 finds the text 5. */
            labels?: {
                [key: string]: string;
            };
            /** @description The method within the code. */
            method?: string;
            /** @description What people call it. */
            name: string;
            /** @description Markdown. */
            note?: string;
            /** @description What the calculation was given, in the code's own terms. */
            parameters?: Record<string, unknown>;
            /** @description _id of the calculation that this one is a part of. */
            parent?: string;
            /** @description What is expected of results, by the name of the result. */
            quantities?: {
                [key: string]: {
                    /**
                     * @description Which values are better: lower ones, higher ones, or those closer to the reference.
                     * @enum {string}
                     */
                    better?: "lower" | "higher" | "closer";
                    /**
                     * Format: ieee754
                     * @description The value that the result is compared with.
                     */
                    reference: number | string;
                    /** @description The largest absolute difference from the reference that is accepted, in the unit of the result. */
                    tolerance?: number;
                    unit?: string;
                };
            };
            /** @description The number of people whose verdict is asked for. */
            quorum?: number;
            /** @description Values by name. */
            results?: {
                [key: string]: {
                    unit?: string;
                    /** Format: ieee754 */
                    value: number | string;
                };
            };
            /** Format: date-time */
            started_at?: string;
            /** @enum {string} */
            status: "planned" | "running" | "finished" | "failed";
            tags?: string[];
        };
        /** Calculation page */
        "calculations.page": {
            items: components["schemas"]["calculations.stored"][];
            next: components["schemas"]["Next"];
            total?: components["schemas"]["Total"];
        };
        /**
         * Stored Calculation
         * @description One run of a code: what was asked of it, where it ran, what came out.
         */
        "calculations.stored": {
            _created_at: components["schemas"]["DocumentCreatedAt"];
            _id: components["schemas"]["DocumentId"];
            _owner: components["schemas"]["DocumentOwner"];
            _owner_name?: components["schemas"]["DocumentOwnerName"];
            _revision: components["schemas"]["DocumentRevision"];
            _updated_at: components["schemas"]["DocumentUpdatedAt"];
            /** @description The program that calculates. */
            code: {
                name: string;
                version?: string;
            };
            /** @description _id of each calculation whose results this one uses. */
            derived_from?: string[];
            /** Format: date-time */
            finished_at?: string;
            /**
             * Format: date-time
             * @description Set by the service, at most every 30 seconds: when its job last wrote to the calculation, its series or its files, or its owner to its series or files while it was running. It changes without a revision.
             */
            readonly heartbeat_at?: string;
            /** @description The machine that ran it. */
            host?: string;
            /** @description Names and values of the users' own, such as team or project. A value is text: labels.run=5 finds the text 5. */
            labels?: {
                [key: string]: string;
            };
            /** @description The method within the code. */
            method?: string;
            /** @description What people call it. */
            name: string;
            /** @description Markdown. */
            note?: string;
            /** @description What the calculation was given, in the code's own terms. */
            parameters?: Record<string, unknown>;
            /** @description _id of the calculation that this one is a part of. */
            parent?: string;
            /** @description What is expected of results, by the name of the result. */
            quantities?: {
                [key: string]: {
                    /**
                     * @description Which values are better: lower ones, higher ones, or those closer to the reference.
                     * @enum {string}
                     */
                    better?: "lower" | "higher" | "closer";
                    /**
                     * Format: ieee754
                     * @description The value that the result is compared with.
                     */
                    reference: number | string;
                    /** @description The largest absolute difference from the reference that is accepted, in the unit of the result. */
                    tolerance?: number;
                    unit?: string;
                };
            };
            /** @description The number of people whose verdict is asked for. */
            quorum?: number;
            /** @description Values by name. */
            results?: {
                [key: string]: {
                    unit?: string;
                    /** Format: ieee754 */
                    value: number | string;
                };
            };
            /** Format: date-time */
            started_at?: string;
            /** @enum {string} */
            status: "planned" | "running" | "finished" | "failed";
            tags?: string[];
        };
        /** @description Body of `PATCH /auth/clients/{id}`: what is absent stays as it is. */
        ClientChange: {
            /** @description Whether it is refused tokens. */
            disabled?: boolean | null;
            /** @description The grants that it may use. */
            grants?: components["schemas"]["GrantType"][] | null;
            /** @description The display name. */
            name?: string | null;
            /** @description The scopes that its tokens may have. */
            scopes?: string[] | null;
        };
        /** @description A client, without its secrets. */
        ClientView: {
            /** @description The id it authenticates with. */
            client_id: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Whether it is refused tokens. */
            disabled: boolean;
            /** @description The grants that it may use. */
            grants: components["schemas"]["GrantType"][];
            /**
             * Format: date-time
             * @description When it last received a token, to the minute.
             */
            last_used_at?: string | null;
            /** @description The display name. */
            name: string;
            /**
             * @description The scopes that its tokens may have. A scope that a later version stored and this one cannot read is shown as it is,
             *     and grants nothing.
             */
            scopes: string[];
            /** @description How many secrets are valid now: two while one replaces the other. */
            secrets: number;
        };
        /** @description A client with its new secret, which is shown once. */
        ClientWithSecret: components["schemas"]["ClientView"] & {
            /** @description The secret. */
            client_secret: string;
        };
        /** @description What a collection is: which documents it accepts, how they are found, who may see them. */
        CollectionDefinition: {
            /** @description Who may do what. */
            access?: components["schemas"]["AccessDefinition"];
            artifacts?: components["schemas"]["ArtifactsDefinition"] | null;
            /** @description Indexes made before the collection is served. */
            indexes?: components["schemas"]["IndexDefinition"][];
            keep?: components["schemas"]["KeepDefinition"] | null;
            /** @description Whether a list must say what it shows, by `view` or `fields`. */
            list_requires_view?: boolean;
            /**
             * Format: int64
             * @description Seconds a document may be served from a cache.
             */
            max_age?: number | null;
            /** @description A lower-case letter, then letters, digits, `_` or `-`; at most 63 in all. */
            name: string;
            /** @description Whether a write to an existing document must name the revision it changes. */
            require_if_match?: boolean;
            /** @description JSON Schema 2020-12 of a document, without the members that the service sets. */
            schema: unknown;
            /** @description Whether a removed document is kept, so that it can be restored. */
            soft_delete?: boolean;
            /** @description Whether each revision is kept, with who wrote it and when. */
            versioned?: boolean;
            /** @description Named projections: the fields each one returns. */
            views?: {
                [key: string]: string[];
            };
        };
        /** @description How much of the store a collection takes. */
        CollectionUsage: {
            /** @description Files that are attached to documents, those of removed documents that are kept included. */
            artifacts: components["schemas"]["Amount"];
            /**
             * Format: int64
             * @description The bytes of these documents as the store holds them, without indexes and before compression.
             */
            bytes: number;
            /** @description The collection's name. */
            collection: string;
            /**
             * Format: int64
             * @description How many documents it has, removed ones left aside.
             */
            documents: number;
            /** @description Earlier revisions and removed documents that are kept. */
            versions: components["schemas"]["Amount"];
        };
        /** @description Body of `DELETE /auth/users/me` and `DELETE /auth/sessions`; it may be absent where the login is recent. */
        Confirmation: {
            /**
             * Format: password
             * @description The user's password, required if the login is not recent.
             */
            current_password?: string | null;
        };
        /** @description One difference between two definitions. */
        DefinitionChange: {
            /** @description The new value, if there is one. */
            after?: unknown;
            /** @description The old value, if there was one. */
            before?: unknown;
            /** @description Why it needs `force` whatever is stored. */
            breaks?: string | null;
            /** @description RFC 6901 pointer into the definition. */
            pointer: string;
        };
        DefinitionPage: {
            items: components["schemas"]["CollectionDefinition"][];
            next: null;
        };
        /** @description The effects of a change of a definition. */
        DefinitionReport: {
            /** @description The differences from the definition that is served, at most 100; a single one if there is no definition. */
            changes: components["schemas"]["DefinitionChange"][];
            /** @description Whether it can be made without `force`. */
            compatible: boolean;
            /**
             * Format: int64
             * @description How many stored documents were read and checked.
             */
            examined: number;
            /** @description The changes of the indexes. */
            indexes: components["schemas"]["IndexReport"];
            /** @description The first 100 of these by `_id`. */
            violations: components["schemas"]["Violation"][];
            /**
             * Format: int64
             * @description How many of them break the schema.
             */
            violations_total: number;
        };
        /**
         * Format: date-time
         * @description When it was created.
         */
        DocumentCreatedAt: string;
        /** @description A document that a search found. */
        DocumentHit: {
            /** @description Its id. */
            _id: string;
            /** @description When the document was last changed. */
            _updated_at: string;
            /** @description Its collection. */
            collection: string;
            /** @description The field that was found. */
            field: string;
            /** @description Its text, or the part of a long one that was found. */
            text: string;
            /** @description Its `name`, `title` or `label`, else the first of its texts, else its id. */
            title: string;
        };
        /** @description The document's id, a UUID of version 7. */
        DocumentId: string;
        /** @description Who created it: sub of their token. */
        DocumentOwner: string;
        /** @description The name of its owner, if expand asks for it and it is known in time; null if there is none. */
        DocumentOwnerName: string | null;
        /** @description The number of times it was written. */
        DocumentRevision: number;
        /** @description What a search of documents found. */
        DocumentSearch: {
            /** @description Whether everything was looked through, and everything that was found is here. */
            complete: boolean;
            /** @description The document of this id, then those whose ids begin so, then those that have the words, newest first. */
            items: components["schemas"]["DocumentHit"][];
            /** @description The collections of which only the latest documents were looked through for the words. */
            limited: components["schemas"]["LimitedSearch"][];
        };
        /**
         * Format: date-time
         * @description When it was last written.
         */
        DocumentUpdatedAt: string;
        /** @description How a store found the documents of a list. */
        Explanation: {
            /**
             * Format: int64
             * @description How many documents were examined.
             */
            documents_examined: number | null;
            /** @description The index used, several separated by commas; `null` if all documents were examined. */
            index: string | null;
            /**
             * Format: int64
             * @description How many index entries were examined, if the store reports it.
             */
            keys_examined?: number | null;
            /** @description The steps as the store names them, the outermost first. */
            plan: string[];
            /**
             * Format: int64
             * @description How many documents the page has.
             */
            returned: number;
        };
        /** @description One fault in the body (`pointer`) or in the query string (`parameter`). */
        FieldError: {
            /** @description The rule that was broken, for programs. */
            code: string;
            /** @description What was expected and what was received, for people. */
            message: string;
            /** @description Name of the query parameter. */
            parameter?: string | null;
            /** @description RFC 6901 pointer into the body. */
            pointer?: string | null;
        };
        /** @description The fields of a collection. */
        FieldList: {
            /**
             * @description The fields that the schema declares, in its order, and behind the declared ones of an open object those that sampled
             *     documents have, by name.
             */
            fields: components["schemas"]["FieldSummary"][];
            /**
             * Format: int64
             * @description How many documents were looked at for fields that the schema does not declare; 0 where it declares all.
             */
            sampled: number;
            /** @description Whether there may be further fields: not every document was looked at, or there are more fields than are listed. */
            truncated: boolean;
        };
        /** @description One field of a collection. */
        FieldSummary: {
            /**
             * Format: int64
             * @description How many of the sampled documents have it; absent where none was looked at for it.
             */
            count?: number | null;
            /** @description Whether the schema names it. */
            declared: boolean;
            /** @description The format that the schema declares. With `ieee754`, `NaN` and the infinities are written as strings. */
            format?: string | null;
            /** @description Whether an index begins with it. */
            indexed: boolean;
            /** @description Its dotted path, as queries name it. */
            path: string;
            /** @description The JSON types that the schema allows; where it allows any, those that were found. */
            types: string[];
            /** @description The unit beside it, if all sampled documents that name one agree. */
            unit?: string | null;
        };
        /**
         * @description A way to get a token (RFC 6749 section 1.3) that a client may be allowed.
         * @enum {string}
         */
        GrantType: "client_credentials" | "refresh_token" | "password" | "urn:ietf:params:oauth:grant-type:token-exchange";
        Group: {
            /** @description The values of the fields of group, by path. */
            group: {
                [key: string]: string | number | boolean | null;
            };
        } & {
            [key: string]: number | string | null;
        };
        Groups: {
            groups: components["schemas"]["Group"][];
            /** @description The number of documents in all groups. */
            total: number;
        };
        /** @description A field that is hidden from the user. */
        HiddenField: {
            /** @description Its dotted path. */
            field: string;
            /** @description The scope that shows it. */
            scope: string;
        };
        /** @description Stored documents that agree in all fields of an index that is to be unique. */
        IndexConflict: {
            /**
             * Format: int64
             * @description How many documents agree.
             */
            documents: number;
            /** @description The documents, at most 10 of them. */
            ids: string[];
            /** @description The index. */
            index: string;
            /** @description Its fields and their common values; left out for a caller who may not read them. */
            values?: Record<string, unknown>;
        };
        /** @description An index over one or more fields. */
        IndexDefinition: {
            /**
             * Format: int64
             * @description Seconds after the (single, date-time) field at which a document is removed.
             */
            expire_after?: number | null;
            /**
             * @description Dotted field paths in order, each `1` (ascending) or `-1` (descending). `labels.*`, as the only key, is over all members
             *     of the object `labels`; filters by any of them use it on MongoDB.
             */
            keys: {
                [key: string]: number;
            };
            /** @description Whether no two documents may agree in all the fields. */
            unique?: boolean;
        };
        /** @description The changes of the indexes, by their names. */
        IndexReport: {
            /** @description Made before the definition is served. */
            build: string[];
            /** @description The documents that prevent unique ones, at most 100 groups for each. `force` does not help here. */
            conflicts: components["schemas"]["IndexConflict"][];
            /** @description Dropped after that. */
            drop: string[];
        };
        IntegerFilter: {
            eq?: number;
            exists?: boolean;
            gt?: number;
            gte?: number;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: number;
            lte?: number;
            ne?: number;
            nin?: string;
        };
        /** @description An invitation that nobody has accepted yet. */
        Invitation: {
            /**
             * Format: date-time
             * @description When it can no longer be accepted.
             */
            expires_at: string;
            /** @description Its id. */
            id: string;
            /**
             * Format: date-time
             * @description When.
             */
            made_at: string;
            /** @description Who made it: the id of a user. */
            made_by: string;
            /** @description The role of the person who accepts it. */
            role: components["schemas"]["ProjectRole"];
        };
        /** @description An invitation with its token, which is shown once. */
        InvitationWithToken: components["schemas"]["Invitation"] & {
            /** @description The token for `POST /auth/invitations/accept`, which accepts it once. */
            token: string;
        };
        /** @description Operations, all or none. A test that fails is 409. */
        JsonPatch: {
            /** @description An RFC 6901 pointer, for move and copy. */
            from?: string;
            /** @enum {unknown} */
            op: "add" | "remove" | "replace" | "move" | "copy" | "test";
            /** @description An RFC 6901 pointer. */
            path: string;
            /** @description For add, replace and test. */
            value?: unknown;
        }[];
        /** @description How much of the past a collection keeps. */
        KeepDefinition: {
            /**
             * Format: int32
             * @description The days for which a revision is kept after another took its place, and for which a removed document can be
             *     restored before it is gone for good; at least 1. Takes `versioned` or `soft_delete`.
             */
            days?: number | null;
            /**
             * Format: int32
             * @description The revisions of a document that are kept, the current one included; at least 1. Takes `versioned`.
             */
            versions?: number | null;
        };
        /** @description A collection that has more documents than a search looks through. */
        LimitedSearch: {
            /** @description Its name. */
            collection: string;
            /** @description How many documents were looked through: the latest ones. */
            documents: number;
        };
        /** @description Body of `POST /auth/login`, as a form (RFC 6749 section 4.3.2) or as JSON. */
        Login: {
            /** @description Accepted and ignored: first-party login has no clients. */
            client_id?: string | null;
            /** @description Accepted and ignored: first-party login has no clients. */
            client_secret?: string | null;
            /** @description `password`, if a client sends it at all. */
            grant_type?: string | null;
            /**
             * Format: password
             * @description The user's password.
             */
            password: string;
            /** @description A subset of the user's scopes; all of them if absent. */
            scope?: string | null;
            /** @description The user's e-mail address. */
            username: string;
        };
        /**
         * @description How a membership came to be.
         * @enum {string}
         */
        ManagedBy: "manual" | "invite" | "upstream";
        /** @description A member of a project. */
        Member: {
            /**
             * Format: date-time
             * @description When.
             */
            added_at: string;
            /** @description Who added it: the id of a user or a client. */
            added_by: string;
            /**
             * Format: date-time
             * @description When it ends by itself.
             */
            expires_at?: string | null;
            /** @description The id of the user, the team or the service. */
            id: string;
            /** @description What it is. */
            kind: components["schemas"]["MemberKind"];
            /** @description How the membership came to be. */
            managed_by: components["schemas"]["ManagedBy"];
            /** @description The name of the user, the team or the service; absent where there is none. */
            name?: string | null;
            /** @description What the member may do. */
            role: components["schemas"]["ProjectRole"];
        };
        /**
         * @description What can be a member of a project.
         * @enum {string}
         */
        MemberKind: "user" | "team" | "service";
        /** @description Body of `PUT /auth/projects/{id}/members/{kind}/{member}`. */
        MemberRole: {
            /**
             * Format: date-time
             * @description When the membership ends by itself; never if absent.
             */
            expires_at?: string | null;
            /** @description What the member may do. */
            role: components["schemas"]["ProjectRole"];
        };
        /** @description A fact at its place in the log of memberships. */
        MembershipEntry: {
            /** @description The fact. */
            fact: components["schemas"]["MembershipFact"];
            /**
             * Format: int64
             * @description The place: each is greater than all before it.
             */
            seq: number;
        };
        /** @description Something that followers of memberships must know. Each is the state from then on, whatever was sent before. */
        MembershipFact: {
            /** @description Its id. */
            id: string;
            /** @description What addresses show. */
            slug: string;
            /** @description What may still happen in it. */
            state: components["schemas"]["ProjectState"];
            /** @description What people read. */
            title: string;
            /** @enum {string} */
            type: "project";
        } | {
            /**
             * Format: int64
             * @description When the membership ends by itself, in seconds since the Unix epoch; never if absent.
             */
            expires_at?: number | null;
            /** @description The id of the user, the team or the service. */
            id: string;
            /** @description What the member is. */
            kind: components["schemas"]["MemberKind"];
            /** @description The project's id. */
            project: string;
            role?: components["schemas"]["ProjectRole"] | null;
            /** @enum {string} */
            type: "member";
        } | {
            /** @description Whether the user is in the team. */
            member: boolean;
            /** @description The team's id. */
            team: string;
            /** @enum {string} */
            type: "team_member";
            /** @description The user's id. */
            user: string;
        } | {
            /** @description The team's id. */
            team: string;
            /** @enum {string} */
            type: "team_removed";
        };
        /** @description What `GET /auth/memberships?after=N` answers. */
        MembershipPage: {
            /** @description The entries after the cursor, oldest first. */
            entries: components["schemas"]["MembershipEntry"][];
            /**
             * Format: int64
             * @description The cursor for the next request.
             */
            next: number;
            /** @description Whether each user owns a project that has the user's id, of which the log says nothing. */
            personal: boolean;
        };
        /** @description null removes a field, objects merge, all else replaces. */
        MergePatch: Record<string, unknown>;
        /** @description Body of `POST /auth/api-keys`. */
        NewApiKey: {
            /**
             * Format: password
             * @description The user's password, required if the login is not recent.
             */
            current_password?: string | null;
            /**
             * Format: int64
             * @description Seconds until it expires: at most 366 days, 90 days if absent.
             * @example 7776000
             */
            expires_in?: number | null;
            /**
             * @description The display name.
             * @example laptop
             */
            name: string;
            /**
             * @description The scopes that its tokens may have: a subset of its user's scopes.
             * @example [
             *       "calculations:read"
             *     ]
             */
            scopes: string[];
        };
        /** @description Body of `POST /auth/clients`. */
        NewClient: {
            /** @description The grants that it may use; `client_credentials` if absent. */
            grants?: components["schemas"]["GrantType"][] | null;
            /**
             * @description The display name.
             * @example loader
             */
            name: string;
            /**
             * @description The scopes that its tokens may have.
             * @example [
             *       "calculations:read",
             *       "calculations:write"
             *     ]
             */
            scopes: string[];
        };
        /** @description Body of `POST /auth/projects/{id}/invitations`. */
        NewInvitation: {
            /**
             * Format: int64
             * @description Seconds for which it can be accepted: at most 7 days, which is the default.
             * @example 604800
             */
            expires_in?: number | null;
            /** @description The role of the person who accepts it: at most that of the person who makes it. */
            role: components["schemas"]["ProjectRole"];
        };
        /** @description Body of `POST /auth/projects`. */
        NewProject: {
            /** @description The user who owns it, where an administrator makes it for somebody else. */
            owner?: string | null;
            /**
             * @description What addresses show: lower-case letters, digits and `-`. Made from the title if absent.
             * @example battery-cathodes
             */
            slug?: string | null;
            /**
             * @description What people read.
             * @example Battery cathodes
             */
            title: string;
        };
        /** @description Body of `POST /auth/clients/{id}/secret`. */
        NewSecret: {
            /**
             * Format: int64
             * @description Seconds for which the current secret stays valid, so that every copy can be replaced; a day if absent.
             * @example 86400
             */
            keep_old_for?: number | null;
        };
        /** @description The value of after for the next page. */
        Next: string | null;
        /** @description An error of RFC 6749 section 5.2. */
        OAuthProblem: {
            /**
             * @description What went wrong, for programs.
             * @example invalid_grant
             */
            error: string;
            /** @description What went wrong this time, for people. */
            error_description: string;
        };
        /** @description The outcome of one of many documents. */
        Outcome: {
            _id?: string;
            _revision?: number;
            code?: components["schemas"]["ProblemCode"];
            detail?: string;
            errors?: components["schemas"]["FieldError"][];
            /** @description Its position among the documents sent, from 0. */
            index: number;
            /** @description 201 where it is stored, otherwise the status of its refusal. */
            status: number;
        };
        Outcomes: {
            inserted: number;
            items: components["schemas"]["Outcome"][];
            /** @description Outcomes that are counted and not listed. */
            omitted?: number;
            refused: number;
        };
        /** @description Body of `PUT /auth/users/me/password`. */
        PasswordChange: {
            /**
             * Format: password
             * @description The current password.
             */
            current: string;
            /**
             * Format: password
             * @description The new password.
             */
            new: string;
        };
        PointsOutcome: {
            /** @description The number of new points. */
            accepted: number;
            calculation: string;
            metric: string;
            /** @description The number of points that were stored already with the same value and time. */
            repeated: number;
            /** @description The number of points that had another value or time. */
            replaced: number;
        };
        /** @description The body of an error, `application/problem+json`. */
        ProblemBody: {
            /** @description What went wrong, for programs. */
            code: components["schemas"]["ProblemCode"];
            /** @description What went wrong this time, and what the reader can do. */
            detail: string;
            /** @description The single faults, if there are any. */
            errors?: components["schemas"]["FieldError"][];
            /** @description The id under which the service logged the request. */
            request_id: string;
            /**
             * Format: int32
             * @description The HTTP status.
             */
            status: number;
            /** @description The same for every problem of this kind. */
            title: string;
            /** @description A URI for the kind of problem: `urn:tessera:problem:CODE`. */
            type: string;
        };
        /**
         * @description What went wrong, for programs.
         * @enum {string}
         */
        ProblemCode: "invalid_request" | "invalid_credentials" | "invalid_token" | "insufficient_scope" | "insufficient_role" | "login_required" | "csrf_rejected" | "not_found" | "method_not_allowed" | "not_acceptable" | "conflict" | "last_owner" | "gone" | "revision_mismatch" | "payload_too_large" | "unsupported_media_type" | "range_not_satisfiable" | "validation_error" | "precondition_required" | "rate_limited" | "internal" | "unavailable" | "query_timeout" | "outcome_unknown";
        /** @description Body of `PATCH /auth/users/me`: what is absent stays as it is. */
        ProfileChange: {
            /** @description The new name; `null` removes it. */
            full_name?: string | null;
        };
        /** @description A project, as a member or an administrator sees it. */
        Project: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its id: what documents and tokens name. */
            id: string;
            /** @description Whether it is the project that a user has without making one. It has no other members. */
            personal: boolean;
            role?: components["schemas"]["ProjectRole"] | null;
            /** @description What addresses show. It may change. */
            slug: string;
            /** @description What may still happen in it. */
            state: components["schemas"]["ProjectState"];
            /** @description Which memberships give that role. */
            through: components["schemas"]["Through"][];
            /** @description What people read. */
            title: string;
            /**
             * Format: int64
             * @description What `If-Match` demands, in quotes: it rises with each change of the project and of its members.
             */
            version: number;
        };
        /** @description Body of `PATCH /auth/projects/{id}`: what is absent stays as it is. */
        ProjectChange: {
            /** @description What addresses show. */
            slug?: string | null;
            state?: components["schemas"]["ProjectState"] | null;
            /** @description What people read. */
            title?: string | null;
        };
        /**
         * @description What a member may do in a project. Each role may do what the ones before it may.
         * @enum {string}
         */
        ProjectRole: "viewer" | "contributor" | "maintainer" | "owner";
        /**
         * @description What may still happen in a project.
         * @enum {string}
         */
        ProjectState: "active" | "frozen" | "archived";
        /**
         * Review
         * @description A scientist's verdict on one revision of a calculation, or a request for one.
         */
        reviews: {
            /** @description sub of the user who is to give the verdict. Left out, anyone may give it. */
            assignee?: string;
            /** @description _id of the calculation. */
            calculation: string;
            comment?: string;
            /**
             * Format: date-time
             * @description Set by the service: when the verdict was given.
             */
            readonly given_at?: string;
            /** @description Set by the service: sub of the user who gave the verdict. */
            readonly given_by?: string;
            /** @description Set by the service: sub of the user who made the request. */
            readonly requested_by?: string;
            /** @description _revision of the calculation that was looked at. A request may leave it out: then it is the current one. */
            revision?: number;
            /**
             * @description given with a verdict, requested without one. Left out, it follows from that. Reviews from before it lack it and are given.
             * @enum {string}
             */
            state?: "requested" | "given";
            /** @enum {string} */
            verdict?: "approve" | "reject" | "rerun";
        };
        /** Review page */
        "reviews.page": {
            items: components["schemas"]["reviews.stored"][];
            next: components["schemas"]["Next"];
            total?: components["schemas"]["Total"];
        };
        /**
         * Stored Review
         * @description A scientist's verdict on one revision of a calculation, or a request for one.
         */
        "reviews.stored": {
            _created_at: components["schemas"]["DocumentCreatedAt"];
            _id: components["schemas"]["DocumentId"];
            _owner: components["schemas"]["DocumentOwner"];
            _owner_name?: components["schemas"]["DocumentOwnerName"];
            _revision: components["schemas"]["DocumentRevision"];
            _updated_at: components["schemas"]["DocumentUpdatedAt"];
            /** @description sub of the user who is to give the verdict. Left out, anyone may give it. */
            assignee?: string;
            /** @description _id of the calculation. */
            calculation: string;
            comment?: string;
            /**
             * Format: date-time
             * @description Set by the service: when the verdict was given.
             */
            readonly given_at?: string;
            /** @description Set by the service: sub of the user who gave the verdict. */
            readonly given_by?: string;
            /** @description Set by the service: sub of the user who made the request. */
            readonly requested_by?: string;
            /** @description _revision of the calculation that was looked at. A request may leave it out: then it is the current one. */
            revision?: number;
            /** @description Whether its calculation has changed since, or was removed: if expand asks for it and the caller may know. */
            readonly stale?: boolean;
            /**
             * @description given with a verdict, requested without one. Left out, it follows from that. Reviews from before it lack it and are given.
             * @enum {string}
             */
            state?: "requested" | "given";
            /** @enum {string} */
            verdict?: "approve" | "reject" | "rerun";
        };
        /** @description Tokens that are refused before they expire. */
        Revocation: {
            /**
             * Format: int64
             * @description The second since the Unix epoch at which all these tokens have expired anyway.
             */
            expires_at: number;
            /** @description What `value` names. */
            kind: components["schemas"]["RevocationKind"];
            /**
             * Format: int64
             * @description Tokens whose `iat` is before this second since the Unix epoch are refused; for a `role` their `roles_at` counts
             *     where they have one, and of a `session` all are refused.
             */
            not_before: number;
            /**
             * Format: int64
             * @description The position in the feed. Later entries have larger ones; none is added before an entry that was returned.
             */
            seq: number;
            /** @description The id or name. */
            value: string;
        };
        /**
         * @description What a revocation names.
         * @enum {string}
         */
        RevocationKind: "subject" | "session" | "key" | "role";
        /** @description Answer of `GET /auth/revocations`. */
        RevocationPage: {
            /** @description Revocations after the cursor that still matter, in order. */
            entries: components["schemas"]["Revocation"][];
            /**
             * Format: int64
             * @description The cursor for the next request, as `after`.
             */
            next: number;
        };
        /** @description A named set of scopes. */
        Role: {
            /** @description Whether it ships with Tessera and cannot be removed. */
            built_in: boolean;
            /** @description Its name. */
            name: string;
            /**
             * @description The scopes that it grants. A scope that a later version stored and this one cannot read is shown as it is, and
             *     grants nothing.
             */
            scopes: string[];
        };
        /** @description Body of `PUT /auth/roles/{name}`. */
        RoleScopes: {
            /**
             * @description The scopes that the role grants.
             * @example [
             *       "calculations:read",
             *       "molecules:read"
             *     ]
             */
            scopes: string[];
        };
        /**
         * Series
         * @description Points of one metric of a calculation. Long series are several documents.
         */
        series: {
            /** @description _id of the calculation. */
            calculation: string;
            /** @description Set by POST /api/series/points, which keeps such documents: the smallest step that belongs here. */
            readonly chunk?: number;
            /** @description Set by the service: the number of points here. */
            readonly count?: number;
            /** @description Set by the service: the smallest step here. */
            readonly first?: number;
            /** @description Set by the service: the largest step here. */
            readonly last?: number;
            /**
             * Format: ieee754
             * @description Set by the service: the value at the largest step here.
             */
            readonly last_value?: number | string;
            /**
             * Format: ieee754
             * @description Set by the service: the largest value here, NaN apart.
             */
            readonly max?: number | string;
            metric: string;
            /**
             * Format: ieee754
             * @description Set by the service: the smallest value here, NaN apart.
             */
            readonly min?: number | string;
            /** @description Set by the service: whether new points are appended to this document. */
            readonly open?: boolean;
            points: {
                step: number;
                /** Format: date-time */
                time?: string;
                /** Format: ieee754 */
                value: number | string;
            }[];
            unit?: string;
        };
        /** Series page */
        "series.page": {
            items: components["schemas"]["series.stored"][];
            next: components["schemas"]["Next"];
            total?: components["schemas"]["Total"];
        };
        /**
         * Stored Series
         * @description Points of one metric of a calculation. Long series are several documents.
         */
        "series.stored": {
            _created_at: components["schemas"]["DocumentCreatedAt"];
            _id: components["schemas"]["DocumentId"];
            _owner: components["schemas"]["DocumentOwner"];
            _owner_name?: components["schemas"]["DocumentOwnerName"];
            _revision: components["schemas"]["DocumentRevision"];
            _updated_at: components["schemas"]["DocumentUpdatedAt"];
            /** @description _id of the calculation. */
            calculation: string;
            /** @description Set by POST /api/series/points, which keeps such documents: the smallest step that belongs here. */
            readonly chunk?: number;
            /** @description Set by the service: the number of points here. */
            readonly count?: number;
            /** @description Set by the service: the smallest step here. */
            readonly first?: number;
            /** @description Set by the service: the largest step here. */
            readonly last?: number;
            /**
             * Format: ieee754
             * @description Set by the service: the value at the largest step here.
             */
            readonly last_value?: number | string;
            /**
             * Format: ieee754
             * @description Set by the service: the largest value here, NaN apart.
             */
            readonly max?: number | string;
            metric: string;
            /**
             * Format: ieee754
             * @description Set by the service: the smallest value here, NaN apart.
             */
            readonly min?: number | string;
            /** @description Set by the service: whether new points are appended to this document. */
            readonly open?: boolean;
            points: {
                step: number;
                /** Format: date-time */
                time?: string;
                /** Format: ieee754 */
                value: number | string;
            }[];
            unit?: string;
        };
        /** @description Body of `POST /auth/users`. */
        SignUp: {
            /**
             * Format: email
             * @description The address the user logs in with.
             * @example ada@example.org
             */
            email: string;
            /**
             * @description The name others see.
             * @example Ada Lovelace
             */
            full_name?: string | null;
            /**
             * Format: password
             * @description 12 to 128 characters.
             * @example a long sentence only I know
             */
            password: string;
        };
        /** @description For a sample: the values of the range that are not finite, also of points that the sample leaves out. */
        SpecialValues: {
            /** @description Whether points lists all of them. */
            complete: boolean;
            /** @description The number of Infinity. */
            infinity: number;
            /** @description The number of NaN. */
            nan: number;
            /** @description The number of -Infinity. */
            negative_infinity: number;
            /** @description The first of them, in order of the steps. */
            points: {
                /** Format: int64 */
                step: number;
                /** @enum {string} */
                value: "NaN" | "Infinity" | "-Infinity";
            }[];
        };
        /** @description A flat set of users, who are in projects together. */
        Team: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Its id. */
            id: string;
            /** @description Whether the caller may change it. */
            manages: boolean;
            /** @description What people read. */
            name: string;
            /**
             * Format: int64
             * @description What `If-Match` demands, in quotes: it rises with each change of the team and of its users.
             */
            version: number;
        };
        /** @description Body of `POST /auth/teams`, and of `PATCH /auth/teams/{id}`. */
        TeamName: {
            /**
             * @description What people read.
             * @example Electrochemistry
             */
            name: string;
        };
        /** @description Body of `PUT /auth/teams/{id}/members/{user}`. */
        TeamPlace: {
            /** @description Whether they may change the team. */
            manages?: boolean;
        };
        TextFilter: {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @description A membership that gives a role. */
        Through: {
            /**
             * Format: date-time
             * @description When the membership ends by itself.
             */
            expires_at?: string | null;
            /** @description The id of the user, the team or the service. */
            id: string;
            /** @description The user's own membership, or that of a team or a service. */
            kind: components["schemas"]["MemberKind"];
            /** @description The name of a team, where there is one. */
            name?: string | null;
            /** @description The role that it gives. */
            role: components["schemas"]["ProjectRole"];
        };
        Ticket: {
            /**
             * @description Seconds.
             * @constant
             */
            expires_in: 30;
            /** @description Sent once, as the parameter `ticket` of the changes. */
            ticket: string;
        };
        TimeFilter: {
            contains?: string;
            /** Format: date-time */
            eq?: string;
            exists?: boolean;
            /** Format: date-time */
            gt?: string;
            /** Format: date-time */
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            /** Format: date-time */
            lt?: string;
            /** Format: date-time */
            lte?: string;
            /** Format: date-time */
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @description A fresh access token (RFC 6749 section 5.1). */
        TokenResponse: {
            /** @description The token, to be sent as `Authorization: Bearer …`. */
            access_token: string;
            /**
             * Format: int64
             * @description Seconds until the token expires.
             */
            expires_in: number;
            /** @description Present if true: the token allows nothing but to choose another password. */
            must_change_password?: boolean;
            /** @description What the token allows. */
            scope: string;
            /** @description Always `bearer`. */
            token_type: string;
        };
        /** @description The number of matching documents, if count asks for it. */
        Total: number;
        /** @description A file that has arrived in part. */
        UnfinishedArtifact: {
            /** @description The name it is to have. */
            name: string;
            /**
             * Format: int64
             * @description How many bytes have arrived: where the upload continues.
             */
            received: number;
            /** @description The SHA-256 that it is to have, in lower-case hexadecimal. */
            sha256: string;
        };
        /** @description A user, as the user and administrators see it. */
        User: {
            /**
             * Format: date-time
             * @description When the user signed up.
             */
            created_at: string;
            /** @description Whether the user may not log in. */
            disabled: boolean;
            /** @description The address the user logs in with. */
            email: string;
            /** @description The name others see. */
            full_name?: string | null;
            /** @description The user's id: `sub` of their tokens. */
            id: string;
            /** @description Present if true: the user must choose another password before their tokens allow anything else. */
            must_change_password?: boolean;
            /** @description The user's roles, by name. */
            roles: string[];
            /**
             * Format: date-time
             * @description When the user last changed.
             */
            updated_at: string;
        };
        /** @description Body of `PATCH /auth/users/{id}`: what is absent stays as it is. */
        UserChange: {
            /** @description Whether the user may not log in. Disabling ends their sessions, tokens and API keys. */
            disabled?: boolean | null;
            /** @description The new name; `null` removes it. */
            full_name?: string | null;
            /** @description Whether the user must choose another password before their tokens allow anything else. */
            must_change_password?: boolean | null;
            /**
             * Format: password
             * @description A password to log in with once: unless `must_change_password` says otherwise, the user must then choose one.
             */
            password?: string | null;
            /** @description The roles the user has from now on. */
            roles?: string[] | null;
        };
        /** @description Whether something is allowed, and why. */
        Verdict: {
            /** @description Whether it is. */
            allowed: boolean;
            /** @description Each reason against it, or, if it is allowed, what allows it. */
            reasons: string[];
        };
        Version: {
            /**
             * Format: date-time
             * @description When it was written.
             */
            at: string;
            /** @description Who wrote it: sub of their token. */
            by: string | null;
            /** @description The difference from the revision before, as a JSON patch (RFC 6902); for the first, from an empty object. null for a removal, or if the revision before was not kept. */
            diff: Record<string, unknown>[] | null;
            /** @description Whether this revision removed the document. */
            removed: boolean;
            revision: number;
        };
        VersionDiff: {
            /** @description A JSON patch (RFC 6902) that makes revision `to` of revision `from`, without hidden fields and the members that begin with `_`. A member of which most has changed is replaced as a whole. */
            diff: Record<string, unknown>[];
            from: number;
            to: number;
        };
        VersionPage: {
            items: components["schemas"]["Version"][];
            next: components["schemas"]["Next"];
        };
        /**
         * View
         * @description A page of the console with its filters and columns, saved under a name.
         */
        views: {
            /** @description What its owner calls it. */
            name: string;
            /** @description The page, such as calculations. */
            page: string;
            /** @description Whether everybody may see it who may read views. */
            shared?: boolean;
            /** @description The query string of the page. */
            state: string;
        };
        /** View page */
        "views.page": {
            items: components["schemas"]["views.stored"][];
            next: components["schemas"]["Next"];
            total?: components["schemas"]["Total"];
        };
        /**
         * Stored View
         * @description A page of the console with its filters and columns, saved under a name.
         */
        "views.stored": {
            _created_at: components["schemas"]["DocumentCreatedAt"];
            _id: components["schemas"]["DocumentId"];
            _owner: components["schemas"]["DocumentOwner"];
            _owner_name?: components["schemas"]["DocumentOwnerName"];
            _revision: components["schemas"]["DocumentRevision"];
            _updated_at: components["schemas"]["DocumentUpdatedAt"];
            /** @description What its owner calls it. */
            name: string;
            /** @description The page, such as calculations. */
            page: string;
            /** @description Whether everybody may see it who may read views. */
            shared?: boolean;
            /** @description The query string of the page. */
            state: string;
        };
        /** @description A stored document that breaks the schema. */
        Violation: {
            /** @description The document. */
            _id: string;
            /** @description Where and how, at most 20. No value is quoted that the caller may not read. */
            errors: components["schemas"]["FieldError"][];
        };
    };
    responses: {
        /** @description The request is malformed. */
        400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description A valid access token is needed. */
        401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The token lacks a scope. */
        403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Nothing here, or nothing the caller may see. */
        404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description Accept names none of the media types that are offered; detail lists them. */
        406: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The request conflicts with what is stored: the fields of a unique index, a step of a series, or the state it expects of the document. */
        409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The changes since the last event are no longer kept: list again, and follow from now on. With an Idempotency-Key: a document that the request stored before was removed for good. */
        410: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The document is not at the revision that If-Match names. */
        412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The body is too large. */
        413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The media type of the body is not accepted. */
        415: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description A value or a parameter is not valid; errors says which. */
        422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The collection demands If-Match. */
        428: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The answer. */
        Access: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["AccessReport"];
            };
        };
        /** @description The upload continues at another offset, or another client sends the same file. */
        artifact409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The artifact's ETag does not match the precondition. */
        artifact412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The file, or all files of the document together, would be larger than the collection allows. */
        artifact413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The file has none of the bytes of Range. */
        artifact416: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["ProblemBody"];
            };
        };
        /** @description The file, which replaced another. */
        ArtifactReplaced: {
            headers: {
                ETag: components["headers"]["Digest"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Artifact"];
            };
        };
        /** @description The files by name. */
        Artifacts: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ArtifactList"];
            };
        };
        /** @description The file as it was stored. */
        ArtifactStored: {
            headers: {
                ETag: components["headers"]["Digest"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Artifact"];
            };
        };
        /** @description The document. */
        calculations: {
            headers: {
                ETag: components["headers"]["Revision"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["calculations.stored"];
            };
        };
        /** @description Server-Sent Events (WHATWG HTML, section 9.2) that do not end by themselves. Filters, fields and view are those of a list. Events are insert, replace, patch and delete, and leave for a document that no longer matches the filter; the data of each is {"_id","_revision","type","at","document"?}, document as it was right after the change. Series and reviews are hidden while their calculation is removed, and shown again when it is restored: neither is an event. Of a document that is hidden by now, or was removed for good with its calculation, an earlier insert, replace or patch is not sent again. A document removed for good is a delete. The id of the last event continues the stream after it, at any replica. A comment and an id come every 15 seconds. The last event is `dropped`, for a reader that is too slow or whose position is lost, or `end`; its data is {"code","detail"}. */
        Changes: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "text/event-stream": string;
            };
        };
        /** @description The whole file. */
        File: {
            headers: {
                "Accept-Ranges"?: "bytes";
                /** @description Always an attachment (RFC 6266). */
                "Content-Disposition"?: string;
                ETag: components["headers"]["Digest"];
                /** @description The SHA-256 of the whole file (RFC 9530). */
                "Repr-Digest"?: string;
                [name: string]: unknown;
            };
            content: {
                "*/*": unknown;
            };
        };
        /** @description The bytes of Range. */
        FilePart: {
            headers: {
                "Accept-Ranges"?: "bytes";
                /** @description Always an attachment (RFC 6266). */
                "Content-Disposition"?: string;
                "Content-Range"?: string;
                ETag: components["headers"]["Digest"];
                /** @description The SHA-256 of the whole file (RFC 9530). */
                "Repr-Digest"?: string;
                [name: string]: unknown;
            };
            content: {
                "*/*": unknown;
            };
        };
        /**
         * @description Counts, sums and so on of the documents that meet the conditions, all in one group or by the values of the fields that group names. Missing, null, and values that are no single value are one group, null. Equal numbers are one group, 1 and 1.0 too. Groups come in the order in which sort would put them. More than 10,000 of them are refused.
         *
         *     Sums are exact and rounded once, so they do not depend on the order of documents or the store: a sum of integers is an integer of 64 bits, or beyond these a double. stddev is that of a sample (divisor n - 1). Missing values and null are skipped; in a field without a type everything but numbers is. NaN makes sum, avg and stddev NaN; in min and max it comes before every number, as in sort. Without values the sum is 0, and avg, min, max and (below two values) stddev are null.
         */
        Groups: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Groups"];
            };
        };
        /** @description The copy that If-None-Match names is current. */
        NotModified: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The outcome of each of many documents: each has its own status. Many are an array (at most 10000 and 16 MiB), or application/x-ndjson with one per line and no limit to their number; they are stored as they arrive. The answer to a stream is held back until the body has ended and lists up to 512 KiB of stored and 512 KiB of refused documents; a last line then counts all, and those left out as omitted. A stream ends when no line arrives for 60 s, or when a line takes longer than 20 s and a second for each 4 KiB. With atomic=true all or none are stored, within the limits of an array. A member that is left out and has a default in the schema gets it. A body may have Content-Encoding: gzip; the limits count what comes out. */
        Outcomes: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Outcomes"];
                "application/x-ndjson": string;
            };
        };
        /** @description Removed. */
        Removed: {
            headers: {
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The document. */
        reviews: {
            headers: {
                ETag: components["headers"]["Revision"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["reviews.stored"];
            };
        };
        /** @description The document. */
        series: {
            headers: {
                ETag: components["headers"]["Revision"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["series.stored"];
            };
        };
        /** @description A ticket. */
        Ticket: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Ticket"];
            };
        };
        /** @description What is stored. On MongoDB documents and versions are what the server's statistics say: they count expired documents until the server removes them, and may be off for a while after it was killed. Bytes are the store's own measure: of BSON on MongoDB, of JSON text on SQLite. */
        Usage: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["CollectionUsage"];
            };
        };
        /** @description The difference between the revisions. */
        VersionDiff: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["VersionDiff"];
            };
        };
        /** @description Revisions, newest first. */
        Versions: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["VersionPage"];
            };
        };
        /** @description The document. */
        views: {
            headers: {
                ETag: components["headers"]["Revision"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["views.stored"];
            };
        };
    };
    parameters: {
        /** @description The value of next of the page before. */
        after: string;
        /** @description 1 to 1024 bytes of UTF-8, percent-encoded. Slashes, written `/` or `%2F`, separate folders: at most 32 segments of 1 to 255 bytes, none of them `.` or `..`, without \ and control characters. A file may have the name of a folder. */
        artifact: string;
        /** @description The ETag that the file must have. */
        "artifact.If-Match": string;
        /** @description *, so that nothing is replaced. */
        "artifact.If-None-Match": string;
        /** @description Whether to store all of many documents or none. If all are stored, the answer is 201 with Outcomes. */
        atomic: boolean;
        /** @example {} */
        "calculations.derived_from": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            /** @description Values, separated by commas. */
            in?: string;
        };
        /** @example {} */
        "calculations.finished_at": components["schemas"]["TimeFilter"];
        /** @example {} */
        "calculations.heartbeat_at": components["schemas"]["TimeFilter"];
        /** @example {} */
        "calculations.host": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "calculations.method": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "calculations.name": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "calculations.note": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "calculations.parent": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "calculations.quorum": {
            eq?: number;
            exists?: boolean;
            gt?: number;
            gte?: number;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: number;
            lte?: number;
            ne?: number;
            nin?: string;
        };
        /** @example {} */
        "calculations.started_at": components["schemas"]["TimeFilter"];
        /** @example {} */
        "calculations.status": {
            contains?: string;
            /** @enum {string} */
            eq?: "planned" | "running" | "finished" | "failed";
            exists?: boolean;
            /** @enum {string} */
            gt?: "planned" | "running" | "finished" | "failed";
            /** @enum {string} */
            gte?: "planned" | "running" | "finished" | "failed";
            /** @description Values, separated by commas. */
            in?: string;
            /** @enum {string} */
            lt?: "planned" | "running" | "finished" | "failed";
            /** @enum {string} */
            lte?: "planned" | "running" | "finished" | "failed";
            /** @enum {string} */
            ne?: "planned" | "running" | "finished" | "failed";
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "calculations.tags": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            /** @description Values, separated by commas. */
            in?: string;
        };
        /** @description bytes FIRST-LAST/TOTAL: the rest of an interrupted upload. */
        "Content-Range": string;
        /** @description Whether and how total is counted. */
        count: "none" | "exact" | "estimated";
        /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. */
        expand: "_owner"[];
        /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. _stale adds stale: whether the calculation has changed since, if the caller may read it. */
        "expand.reviews": ("_owner" | "_stale")[];
        /** @description Return how the page is found (the schema Explanation) instead of the page; needs the collection's admin scope. */
        explain: boolean;
        /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
        fields: string;
        /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
        filter: string;
        /** @description The revision that the difference starts from. */
        from: number;
        /** @description A field of single values to group by; repeat the parameter for further fields. */
        group: string[];
        id: string;
        /** @description A string that the client chooses. The same request sent again within 24 hours writes nothing and returns the first answer. Not for a stream, unless atomic=true. */
        "Idempotency-Key": string;
        /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
        "If-Match": string;
        /** @description The ETag of the client's copy. */
        "If-None-Match": string;
        /** @description The ETag of the client's copy. If it does not match, the whole file is returned. */
        "If-Range": string;
        /** @description The id of the last event that was received. */
        last_event_id: string;
        /** @description The id of the last event that was received; takes precedence over last_event_id. */
        "Last-Event-ID": string;
        /** @description The most documents of a page. A page of large documents has fewer; it is the last one only if next is null. */
        limit: number;
        /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
        or: string;
        /** @description return=minimal returns only the refused documents, then the counts; return=representation sends each outcome of a stream as soon as it is known (RFC 7240). */
        Prefer: "return=minimal" | "return=representation";
        /** @description List only the files whose names begin so, such as `logs/`. The totals count these alone. */
        prefix: string;
        /** @description Remove the document for good, removed already or not, with its versions and artifacts and, of a calculation, its series and reviews; needs the collection's admin scope. Once it is answered, no request reads the document or what belongs to it; their bytes are removed within minutes. Until then a caller who wrote the document with an Idempotency-Key may be sent that first answer again; afterwards 410. If-Match names the revision of the document or of its removal. */
        purge: boolean;
        /** @description One range of bytes, such as bytes=1000-; several ranges are ignored and the whole file is returned. */
        Range: string;
        /** @description The same as sha-256=:BASE64: (RFC 9530). Content-Digest is checked as well. */
        "Repr-Digest": string;
        /** @example {} */
        "reviews.assignee": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "reviews.calculation": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "reviews.comment": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "reviews.given_at": components["schemas"]["TimeFilter"];
        /** @example {} */
        "reviews.given_by": components["schemas"]["TextFilter"];
        /** @example {} */
        "reviews.requested_by": components["schemas"]["TextFilter"];
        /** @example {} */
        "reviews.revision": {
            eq?: number;
            exists?: boolean;
            gt?: number;
            gte?: number;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: number;
            lte?: number;
            ne?: number;
            nin?: string;
        };
        /** @example {} */
        "reviews.state": {
            contains?: string;
            /** @enum {string} */
            eq?: "requested" | "given";
            exists?: boolean;
            /** @enum {string} */
            gt?: "requested" | "given";
            /** @enum {string} */
            gte?: "requested" | "given";
            /** @description Values, separated by commas. */
            in?: string;
            /** @enum {string} */
            lt?: "requested" | "given";
            /** @enum {string} */
            lte?: "requested" | "given";
            /** @enum {string} */
            ne?: "requested" | "given";
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "reviews.verdict": {
            contains?: string;
            /** @enum {string} */
            eq?: "approve" | "reject" | "rerun";
            exists?: boolean;
            /** @enum {string} */
            gt?: "approve" | "reject" | "rerun";
            /** @enum {string} */
            gte?: "approve" | "reject" | "rerun";
            /** @description Values, separated by commas. */
            in?: string;
            /** @enum {string} */
            lt?: "approve" | "reject" | "rerun";
            /** @enum {string} */
            lte?: "approve" | "reject" | "rerun";
            /** @enum {string} */
            ne?: "approve" | "reject" | "rerun";
            nin?: string;
            prefix?: string;
        };
        revision: number;
        /** @description The scope that their tokens carry. */
        scope: string;
        /** @example {} */
        "series.calculation": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "series.chunk": components["schemas"]["IntegerFilter"];
        /** @example {} */
        "series.count": components["schemas"]["IntegerFilter"];
        /** @example {} */
        "series.first": components["schemas"]["IntegerFilter"];
        /** @example {} */
        "series.last": components["schemas"]["IntegerFilter"];
        /** @example {} */
        "series.last_value": {
            /** Format: ieee754 */
            eq?: number | string;
            exists?: boolean;
            /** Format: ieee754 */
            gt?: number | string;
            /** Format: ieee754 */
            gte?: number | string;
            /** @description Values, separated by commas. */
            in?: string;
            /** Format: ieee754 */
            lt?: number | string;
            /** Format: ieee754 */
            lte?: number | string;
            /** Format: ieee754 */
            ne?: number | string;
            nin?: string;
        };
        /** @example {} */
        "series.max": {
            /** Format: ieee754 */
            eq?: number | string;
            exists?: boolean;
            /** Format: ieee754 */
            gt?: number | string;
            /** Format: ieee754 */
            gte?: number | string;
            /** @description Values, separated by commas. */
            in?: string;
            /** Format: ieee754 */
            lt?: number | string;
            /** Format: ieee754 */
            lte?: number | string;
            /** Format: ieee754 */
            ne?: number | string;
            nin?: string;
        };
        /** @example {} */
        "series.metric": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "series.min": {
            /** Format: ieee754 */
            eq?: number | string;
            exists?: boolean;
            /** Format: ieee754 */
            gt?: number | string;
            /** Format: ieee754 */
            gte?: number | string;
            /** @description Values, separated by commas. */
            in?: string;
            /** Format: ieee754 */
            lt?: number | string;
            /** Format: ieee754 */
            lte?: number | string;
            /** Format: ieee754 */
            ne?: number | string;
            nin?: string;
        };
        /** @example {} */
        "series.open": components["schemas"]["BooleanFilter"];
        /** @example {} */
        "series.points": {
            contains?: {
                step: number;
                /** Format: date-time */
                time?: string;
                /** Format: ieee754 */
                value: number | string;
            };
            eq?: {
                step: number;
                /** Format: date-time */
                time?: string;
                /** Format: ieee754 */
                value: number | string;
            };
            exists?: boolean;
            /** @description Values, separated by commas. */
            in?: string;
        };
        /** @example {} */
        "series.unit": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @description The SHA-256 of the whole file, in hexadecimal. */
        sha256: string;
        /** @description Start with the next change; the default without a last event. */
        since: "now";
        /** @description Fields, separated by commas, - before a descending one. _id breaks ties. */
        sort: string;
        /** @description count, or a function and a field: count:FIELD, sum:FIELD, avg:FIELD, min:FIELD, max:FIELD, stddev:FIELD. count where absent. */
        stat: string[];
        /** @description Whose access: sub of their tokens. */
        subject: string;
        /** @description The revision that the difference leads to. Default: the current one. */
        to: number;
        /** @description The value of next of the page before. */
        "versions.after": string;
        /** @description Page size. */
        "versions.limit": number;
        /** @example {} */
        "views.name": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "views.page": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
        /** @example {} */
        "views.shared": components["schemas"]["BooleanFilter"];
        /** @example {} */
        "views.state": {
            contains?: string;
            eq?: string;
            exists?: boolean;
            gt?: string;
            gte?: string;
            /** @description Values, separated by commas. */
            in?: string;
            lt?: string;
            lte?: string;
            ne?: string;
            nin?: string;
            prefix?: string;
        };
    };
    requestBodies: {
        Patch: {
            content: {
                "application/json": components["schemas"]["MergePatch"];
                "application/json-patch+json": components["schemas"]["JsonPatch"];
                "application/merge-patch+json": components["schemas"]["MergePatch"];
            };
        };
    };
    headers: {
        /** @description The SHA-256 in quotes, as If-Match expects it. */
        Digest: string;
        /** @description The address of a single document. */
        Location: string;
        /** @description The revision, as If-Match expects it. */
        Revision: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getWellKnownJwksJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The public keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Public keys; empty if tokens are signed with a shared key. */
                        keys: unknown[];
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getWellKnownOauthAuthorizationServer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Kinds of `authorization_details` (RFC 9396 section 10). */
                        authorization_details_types_supported: string[];
                        grant_types_supported: string[];
                        /** @description The introspection endpoint. */
                        introspection_endpoint: string;
                        introspection_endpoint_auth_methods_supported: string[];
                        /** @description `iss` of every token. */
                        issuer: string;
                        /** @description The URL of the public keys. */
                        jwks_uri: string;
                        response_types_supported: string[];
                        /** @description The revocation endpoint. */
                        revocation_endpoint: string;
                        revocation_endpoint_auth_methods_supported: string[];
                        /** @description Scopes that ship with Tessera. */
                        scopes_supported: string[];
                        /** @description The documentation page. */
                        service_documentation: string;
                        /** @description The token endpoint. */
                        token_endpoint: string;
                        /** @description How a client authenticates; `none` is only for jobs. */
                        token_endpoint_auth_methods_supported: string[];
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getWellKnownOauthAuthorizationServerByPath: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The path of the issuer */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metadata */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Kinds of `authorization_details` (RFC 9396 section 10). */
                        authorization_details_types_supported: string[];
                        grant_types_supported: string[];
                        /** @description The introspection endpoint. */
                        introspection_endpoint: string;
                        introspection_endpoint_auth_methods_supported: string[];
                        /** @description `iss` of every token. */
                        issuer: string;
                        /** @description The URL of the public keys. */
                        jwks_uri: string;
                        response_types_supported: string[];
                        /** @description The revocation endpoint. */
                        revocation_endpoint: string;
                        revocation_endpoint_auth_methods_supported: string[];
                        /** @description Scopes that ship with Tessera. */
                        scopes_supported: string[];
                        /** @description The documentation page. */
                        service_documentation: string;
                        /** @description The token endpoint. */
                        token_endpoint: string;
                        /** @description How a client authenticates; `none` is only for jobs. */
                        token_endpoint_auth_methods_supported: string[];
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    list_fields: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                collection: "calculations" | "reviews" | "series" | "views";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The fields. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FieldList"];
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    list_calculations: {
        parameters: {
            query?: {
                /** @description The value of next of the page before. */
                after?: components["parameters"]["after"];
                /** @description Whether and how total is counted. */
                count?: components["parameters"]["count"];
                /** @example {} */
                derived_from?: components["parameters"]["calculations.derived_from"];
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. */
                expand?: components["parameters"]["expand"];
                /** @description Return how the page is found (the schema Explanation) instead of the page; needs the collection's admin scope. */
                explain?: components["parameters"]["explain"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                finished_at?: components["parameters"]["calculations.finished_at"];
                /** @example {} */
                heartbeat_at?: components["parameters"]["calculations.heartbeat_at"];
                /** @example {} */
                host?: components["parameters"]["calculations.host"];
                /** @description The most documents of a page. A page of large documents has fewer; it is the last one only if next is null. */
                limit?: components["parameters"]["limit"];
                /** @example {} */
                method?: components["parameters"]["calculations.method"];
                /** @example {} */
                name?: components["parameters"]["calculations.name"];
                /** @example {} */
                note?: components["parameters"]["calculations.note"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                parent?: components["parameters"]["calculations.parent"];
                /** @example {} */
                quorum?: components["parameters"]["calculations.quorum"];
                /** @description Fields, separated by commas, - before a descending one. _id breaks ties. */
                sort?: components["parameters"]["sort"];
                /** @example {} */
                started_at?: components["parameters"]["calculations.started_at"];
                /** @example {} */
                status?: components["parameters"]["calculations.status"];
                /** @example {} */
                tags?: components["parameters"]["calculations.tags"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page or a file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["calculations.page"];
                    "application/vnd.apache.parquet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    insert_calculations: {
        parameters: {
            query?: {
                /** @description Whether to store all of many documents or none. If all are stored, the answer is 201 with Outcomes. */
                atomic?: components["parameters"]["atomic"];
            };
            header?: {
                /** @description A string that the client chooses. The same request sent again within 24 hours writes nothing and returns the first answer. Not for a stream, unless atomic=true. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description return=minimal returns only the refused documents, then the counts; return=representation sends each outcome of a stream as soon as it is known (RFC 7240). */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["calculations"] | components["schemas"]["calculations"][];
                "application/x-ndjson": string;
            };
        };
        responses: {
            200: components["responses"]["Outcomes"];
            /** @description The stored document. */
            201: {
                headers: {
                    ETag: components["headers"]["Revision"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["calculations.stored"];
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    get_calculations: {
        parameters: {
            query?: {
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. */
                expand?: components["parameters"]["expand"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The ETag of the client's copy. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["calculations"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    replace_calculations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["calculations"];
            };
        };
        responses: {
            200: components["responses"]["calculations"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    delete_calculations: {
        parameters: {
            query?: {
                /** @description Remove the document for good, removed already or not, with its versions and artifacts and, of a calculation, its series and reviews; needs the collection's admin scope. Once it is answered, no request reads the document or what belongs to it; their bytes are removed within minutes. Until then a caller who wrote the document with an Idempotency-Key may be sent that first answer again; afterwards 410. If-Match names the revision of the document or of its removal. */
                purge?: components["parameters"]["purge"];
            };
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Removed"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            422: components["responses"]["422"];
        };
    };
    patch_calculations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Patch"];
        responses: {
            200: components["responses"]["calculations"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    access_calculations: {
        parameters: {
            query: {
                /** @description The scope that their tokens carry. */
                scope: components["parameters"]["scope"];
                /** @description Whose access: sub of their tokens. */
                subject: components["parameters"]["subject"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Access"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    list_artifacts_calculations: {
        parameters: {
            query?: {
                /** @description List only the files whose names begin so, such as `logs/`. The totals count these alone. */
                prefix?: components["parameters"]["prefix"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Artifacts"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    get_artifact_calculations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that the file must have. */
                "If-Match"?: components["parameters"]["artifact.If-Match"];
                /** @description The ETag of the client's copy. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description The ETag of the client's copy. If it does not match, the whole file is returned. */
                "If-Range"?: components["parameters"]["If-Range"];
                /** @description One range of bytes, such as bytes=1000-; several ranges are ignored and the whole file is returned. */
                Range?: components["parameters"]["Range"];
            };
            path: {
                id: components["parameters"]["id"];
                /** @description 1 to 1024 bytes of UTF-8, percent-encoded. Slashes, written `/` or `%2F`, separate folders: at most 32 segments of 1 to 255 bytes, none of them `.` or `..`, without \ and control characters. A file may have the name of a folder. */
                name: components["parameters"]["artifact"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["File"];
            206: components["responses"]["FilePart"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["artifact412"];
            416: components["responses"]["artifact416"];
            422: components["responses"]["422"];
        };
    };
    put_artifact_calculations: {
        parameters: {
            query?: {
                /** @description The SHA-256 of the whole file, in hexadecimal. */
                sha256?: components["parameters"]["sha256"];
            };
            header?: {
                /** @description bytes FIRST-LAST/TOTAL: the rest of an interrupted upload. */
                "Content-Range"?: components["parameters"]["Content-Range"];
                /** @description The ETag that the file must have. */
                "If-Match"?: components["parameters"]["artifact.If-Match"];
                /** @description *, so that nothing is replaced. */
                "If-None-Match"?: components["parameters"]["artifact.If-None-Match"];
                /** @description The same as sha-256=:BASE64: (RFC 9530). Content-Digest is checked as well. */
                "Repr-Digest"?: components["parameters"]["Repr-Digest"];
            };
            path: {
                id: components["parameters"]["id"];
                /** @description 1 to 1024 bytes of UTF-8, percent-encoded. Slashes, written `/` or `%2F`, separate folders: at most 32 segments of 1 to 255 bytes, none of them `.` or `..`, without \ and control characters. A file may have the name of a folder. */
                name: components["parameters"]["artifact"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            200: components["responses"]["ArtifactReplaced"];
            201: components["responses"]["ArtifactStored"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["artifact409"];
            412: components["responses"]["artifact412"];
            413: components["responses"]["artifact413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
            428: components["responses"]["428"];
        };
    };
    delete_artifact_calculations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that the file must have. */
                "If-Match"?: components["parameters"]["artifact.If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
                /** @description 1 to 1024 bytes of UTF-8, percent-encoded. Slashes, written `/` or `%2F`, separate folders: at most 32 segments of 1 to 255 bytes, none of them `.` or `..`, without \ and control characters. A file may have the name of a folder. */
                name: components["parameters"]["artifact"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Removed"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["artifact412"];
            422: components["responses"]["422"];
            428: components["responses"]["428"];
        };
    };
    bring_back_calculations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["calculations"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            422: components["responses"]["422"];
        };
    };
    verdicts_calculations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The verdicts, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        current: {
                            approve: number;
                            reject: number;
                            rerun: number;
                        };
                        items: {
                            /** Format: date-time */
                            at: string;
                            by: string;
                            /** @description Their name, if it can be read in time. */
                            by_name?: string;
                            comment?: string;
                            /** @description _id of the review. */
                            review: string;
                            revision: number;
                            /** @description Whether the calculation has changed since. */
                            stale: boolean;
                            /** @enum {string} */
                            verdict: "approve" | "reject" | "rerun";
                        }[];
                        /** @description The number of people whose verdicts the calculation asks for. */
                        quorum: number | null;
                        /** @description Whether quorum is set and as many people other than its owner gave a verdict on the current revision. */
                        reached: boolean;
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
        };
    };
    list_versions_calculations: {
        parameters: {
            query?: {
                /** @description The value of next of the page before. */
                after?: components["parameters"]["versions.after"];
                /** @description Page size. */
                limit?: components["parameters"]["versions.limit"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Versions"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    get_version_calculations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: components["parameters"]["id"];
                revision: components["parameters"]["revision"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["calculations"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
        };
    };
    restore_calculations: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
                revision: components["parameters"]["revision"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["calculations"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            422: components["responses"]["422"];
        };
    };
    diff_versions_calculations: {
        parameters: {
            query: {
                /** @description The revision that the difference starts from. */
                from: components["parameters"]["from"];
                /** @description The revision that the difference leads to. Default: the current one. */
                to?: components["parameters"]["to"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["VersionDiff"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    aggregate_calculations: {
        parameters: {
            query?: {
                /** @example {} */
                derived_from?: components["parameters"]["calculations.derived_from"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                finished_at?: components["parameters"]["calculations.finished_at"];
                /** @description A field of single values to group by; repeat the parameter for further fields. */
                group?: components["parameters"]["group"];
                /** @example {} */
                heartbeat_at?: components["parameters"]["calculations.heartbeat_at"];
                /** @example {} */
                host?: components["parameters"]["calculations.host"];
                /** @example {} */
                method?: components["parameters"]["calculations.method"];
                /** @example {} */
                name?: components["parameters"]["calculations.name"];
                /** @example {} */
                note?: components["parameters"]["calculations.note"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                parent?: components["parameters"]["calculations.parent"];
                /** @example {} */
                quorum?: components["parameters"]["calculations.quorum"];
                /** @example {} */
                started_at?: components["parameters"]["calculations.started_at"];
                /** @description count, or a function and a field: count:FIELD, sum:FIELD, avg:FIELD, min:FIELD, max:FIELD, stddev:FIELD. count where absent. */
                stat?: components["parameters"]["stat"];
                /** @example {} */
                status?: components["parameters"]["calculations.status"];
                /** @example {} */
                tags?: components["parameters"]["calculations.tags"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Groups"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
        };
    };
    follow_calculations: {
        parameters: {
            query?: {
                /** @example {} */
                derived_from?: components["parameters"]["calculations.derived_from"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                finished_at?: components["parameters"]["calculations.finished_at"];
                /** @example {} */
                heartbeat_at?: components["parameters"]["calculations.heartbeat_at"];
                /** @example {} */
                host?: components["parameters"]["calculations.host"];
                /** @description The id of the last event that was received. */
                last_event_id?: components["parameters"]["last_event_id"];
                /** @example {} */
                method?: components["parameters"]["calculations.method"];
                /** @example {} */
                name?: components["parameters"]["calculations.name"];
                /** @example {} */
                note?: components["parameters"]["calculations.note"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                parent?: components["parameters"]["calculations.parent"];
                /** @example {} */
                quorum?: components["parameters"]["calculations.quorum"];
                /** @description Start with the next change; the default without a last event. */
                since?: components["parameters"]["since"];
                /** @example {} */
                started_at?: components["parameters"]["calculations.started_at"];
                /** @example {} */
                status?: components["parameters"]["calculations.status"];
                /** @example {} */
                tags?: components["parameters"]["calculations.tags"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The id of the last event that was received; takes precedence over last_event_id. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Changes"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            410: components["responses"]["410"];
            422: components["responses"]["422"];
        };
    };
    ticket_calculations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Ticket"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    compare_calculations: {
        parameters: {
            query: {
                /** @description Absolute tolerance. */
                abs?: number;
                /** @description 2 to 20 ids, separated by commas. */
                ids: string;
                /** @description Relative tolerance. */
                rel?: number;
                /** @description Tolerance in units in the last place. */
                ulp?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What differs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ids: string[];
                        parameters: {
                            absent: string[];
                            pointer: string;
                            /** @description By id, where the document has it. */
                            values: Record<string, unknown>;
                        }[];
                        results: {
                            absent: string[];
                            difference: number | string | null;
                            name: string;
                            units_differ: boolean;
                            /** @description By id, where the document has it. */
                            values: Record<string, unknown>;
                        }[];
                        /** @description Metrics that at least two of them have; null if the caller may not read series. */
                        series: {
                            common_steps: number;
                            first_beyond: number | null;
                            largest: {
                                /**
                                 * Format: ieee754
                                 * @description NaN, Infinity and -Infinity are strings.
                                 */
                                difference?: number | string;
                                /** Format: int64 */
                                step?: number;
                            } | null;
                            metric: string;
                            /** @description By id, where the document has it. */
                            units: Record<string, unknown>;
                            units_differ: boolean;
                        }[] | null;
                        /** @description Whether there are more metrics than the first 10000, which are compared. */
                        series_truncated: boolean;
                        tolerance: Record<string, unknown>;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    usage_calculations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Usage"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    follow_collections: {
        parameters: {
            query: {
                /** @description The names of the collections, separated by commas. */
                collections: string[];
                /** @description Whether the data of an event has the document. */
                documents?: boolean;
                /** @description The id of the last event that was received. */
                last_event_id?: components["parameters"]["last_event_id"];
                /** @description Start with the next change; the default without a last event. */
                since?: components["parameters"]["since"];
            };
            header?: {
                /** @description The id of the last event that was received; takes precedence over last_event_id. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events that do not end by themselves. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            410: components["responses"]["410"];
            422: components["responses"]["422"];
        };
    };
    list_collections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The definitions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinitionPage"];
                };
            };
            401: components["responses"]["401"];
        };
    };
    get_collection: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the client's copy. */
                "If-None-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The definition. */
            200: {
                headers: {
                    /** @description The definition's revision, as If-Match expects it. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionDefinition"];
                };
            };
            /** @description The copy that If-None-Match names is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            404: components["responses"]["404"];
        };
    };
    put_collection: {
        parameters: {
            query?: {
                /** @description Change nothing; report which stored documents break the definition and which indexes it would build. */
                dry_run?: boolean;
                /** @description Make the change even if stored documents break it, which stay as they are until they are written next, or if it lowers `keep`: what is kept beyond the new limit is removed for good. */
                force?: boolean;
            };
            header?: {
                /** @description The ETag of the definition to change. */
                "If-Match"?: string;
                /** @description *: fail if the collection exists already. */
                "If-None-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CollectionDefinition"];
            };
        };
        responses: {
            /** @description The definition as it is served; with dry_run, the schema is DefinitionReport. */
            200: {
                headers: {
                    /** @description The definition's revision, as If-Match expects it. */
                    ETag?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionDefinition"];
                };
            };
            /** @description The collection is new. */
            201: {
                headers: {
                    /** @description The definition's revision, as If-Match expects it. */
                    ETag?: string;
                    /** @description Its address. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionDefinition"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            /** @description Stored documents break it or prevent it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"] & {
                        report?: components["schemas"]["DefinitionReport"];
                    };
                };
            };
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    delete_collection: {
        parameters: {
            query?: {
                /** @description Remove it even if the collection has documents, which are removed too, or they break the file's definition. */
                force?: boolean;
            };
            header?: {
                /** @description The ETag of the definition to change. */
                "If-Match"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed; where a file defines the collection, that definition is served again. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            /** @description Stored documents break it or prevent it. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"] & {
                        report?: components["schemas"]["DefinitionReport"];
                    };
                };
            };
            412: components["responses"]["412"];
            422: components["responses"]["422"];
        };
    };
    list_reviews: {
        parameters: {
            query?: {
                /** @description The value of next of the page before. */
                after?: components["parameters"]["after"];
                /** @example {} */
                assignee?: components["parameters"]["reviews.assignee"];
                /** @example {} */
                calculation?: components["parameters"]["reviews.calculation"];
                /** @example {} */
                comment?: components["parameters"]["reviews.comment"];
                /** @description Whether and how total is counted. */
                count?: components["parameters"]["count"];
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. _stale adds stale: whether the calculation has changed since, if the caller may read it. */
                expand?: components["parameters"]["expand.reviews"];
                /** @description Return how the page is found (the schema Explanation) instead of the page; needs the collection's admin scope. */
                explain?: components["parameters"]["explain"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                given_at?: components["parameters"]["reviews.given_at"];
                /** @example {} */
                given_by?: components["parameters"]["reviews.given_by"];
                /** @description The most documents of a page. A page of large documents has fewer; it is the last one only if next is null. */
                limit?: components["parameters"]["limit"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                requested_by?: components["parameters"]["reviews.requested_by"];
                /** @example {} */
                revision?: components["parameters"]["reviews.revision"];
                /** @description Fields, separated by commas, - before a descending one. _id breaks ties. */
                sort?: components["parameters"]["sort"];
                /** @example {} */
                state?: components["parameters"]["reviews.state"];
                /** @example {} */
                verdict?: components["parameters"]["reviews.verdict"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page or a file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["reviews.page"];
                    "application/vnd.apache.parquet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    insert_reviews: {
        parameters: {
            query?: {
                /** @description Whether to store all of many documents or none. If all are stored, the answer is 201 with Outcomes. */
                atomic?: components["parameters"]["atomic"];
            };
            header?: {
                /** @description A string that the client chooses. The same request sent again within 24 hours writes nothing and returns the first answer. Not for a stream, unless atomic=true. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description return=minimal returns only the refused documents, then the counts; return=representation sends each outcome of a stream as soon as it is known (RFC 7240). */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["reviews"] | components["schemas"]["reviews"][];
                "application/x-ndjson": string;
            };
        };
        responses: {
            200: components["responses"]["Outcomes"];
            /** @description The stored document. */
            201: {
                headers: {
                    ETag: components["headers"]["Revision"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["reviews.stored"];
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    get_reviews: {
        parameters: {
            query?: {
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. _stale adds stale: whether the calculation has changed since, if the caller may read it. */
                expand?: components["parameters"]["expand.reviews"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The ETag of the client's copy. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["reviews"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    replace_reviews: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["reviews"];
            };
        };
        responses: {
            200: components["responses"]["reviews"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    delete_reviews: {
        parameters: {
            query?: {
                /** @description Remove the document for good, removed already or not, with its versions and artifacts and, of a calculation, its series and reviews; needs the collection's admin scope. Once it is answered, no request reads the document or what belongs to it; their bytes are removed within minutes. Until then a caller who wrote the document with an Idempotency-Key may be sent that first answer again; afterwards 410. If-Match names the revision of the document or of its removal. */
                purge?: components["parameters"]["purge"];
            };
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Removed"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            422: components["responses"]["422"];
        };
    };
    patch_reviews: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Patch"];
        responses: {
            200: components["responses"]["reviews"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    access_reviews: {
        parameters: {
            query: {
                /** @description The scope that their tokens carry. */
                scope: components["parameters"]["scope"];
                /** @description Whose access: sub of their tokens. */
                subject: components["parameters"]["subject"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Access"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    aggregate_reviews: {
        parameters: {
            query?: {
                /** @example {} */
                assignee?: components["parameters"]["reviews.assignee"];
                /** @example {} */
                calculation?: components["parameters"]["reviews.calculation"];
                /** @example {} */
                comment?: components["parameters"]["reviews.comment"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                given_at?: components["parameters"]["reviews.given_at"];
                /** @example {} */
                given_by?: components["parameters"]["reviews.given_by"];
                /** @description A field of single values to group by; repeat the parameter for further fields. */
                group?: components["parameters"]["group"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                requested_by?: components["parameters"]["reviews.requested_by"];
                /** @example {} */
                revision?: components["parameters"]["reviews.revision"];
                /** @description count, or a function and a field: count:FIELD, sum:FIELD, avg:FIELD, min:FIELD, max:FIELD, stddev:FIELD. count where absent. */
                stat?: components["parameters"]["stat"];
                /** @example {} */
                state?: components["parameters"]["reviews.state"];
                /** @example {} */
                verdict?: components["parameters"]["reviews.verdict"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Groups"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
        };
    };
    follow_reviews: {
        parameters: {
            query?: {
                /** @example {} */
                assignee?: components["parameters"]["reviews.assignee"];
                /** @example {} */
                calculation?: components["parameters"]["reviews.calculation"];
                /** @example {} */
                comment?: components["parameters"]["reviews.comment"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                given_at?: components["parameters"]["reviews.given_at"];
                /** @example {} */
                given_by?: components["parameters"]["reviews.given_by"];
                /** @description The id of the last event that was received. */
                last_event_id?: components["parameters"]["last_event_id"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                requested_by?: components["parameters"]["reviews.requested_by"];
                /** @example {} */
                revision?: components["parameters"]["reviews.revision"];
                /** @description Start with the next change; the default without a last event. */
                since?: components["parameters"]["since"];
                /** @example {} */
                state?: components["parameters"]["reviews.state"];
                /** @example {} */
                verdict?: components["parameters"]["reviews.verdict"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The id of the last event that was received; takes precedence over last_event_id. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Changes"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            410: components["responses"]["410"];
            422: components["responses"]["422"];
        };
    };
    ticket_reviews: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Ticket"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    queue_reviews: {
        parameters: {
            query?: {
                /** @description The value of next of the page before. */
                after?: components["parameters"]["after"];
                /** @description The most items of a page. */
                limit?: number;
                /** @description Only what waits for one of these reasons, separated by commas. */
                reason?: ("stale" | "requested" | "quorum")[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What waits, first what is stale, then by since. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            calculation: {
                                /** Format: date-time */
                                _created_at?: string;
                                _id: string;
                                _owner?: string;
                                _revision: number;
                                /** Format: date-time */
                                _updated_at?: string;
                                name?: string;
                                quorum?: number;
                                status?: string;
                            };
                            /** @enum {string} */
                            reason: "stale" | "requested" | "quorum";
                            /** @description The verdict that is stale, or the request; null for a quorum. */
                            review: components["schemas"]["reviews.stored"] | null;
                            /**
                             * Format: date-time
                             * @description When the caller gave the verdict that is stale, when the verdict was requested, or when the calculation was made.
                             */
                            since: string;
                            verdicts: {
                                approve: number;
                                given: number;
                                /** @description The number of people whose verdicts the calculation asks for. */
                                quorum: number | null;
                                reject: number;
                                rerun: number;
                            };
                        }[];
                        next: components["schemas"]["Next"];
                    };
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
        };
    };
    usage_reviews: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Usage"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    search_documents: {
        parameters: {
            query: {
                /** @description The most documents. */
                limit?: number;
                /** @description What to look for. */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DocumentSearch"];
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
        };
    };
    list_series: {
        parameters: {
            query?: {
                /** @description The value of next of the page before. */
                after?: components["parameters"]["after"];
                /** @example {} */
                calculation?: components["parameters"]["series.calculation"];
                /** @example {} */
                chunk?: components["parameters"]["series.chunk"];
                /** @description Whether and how total is counted. */
                count?: components["parameters"]["count"];
                /** @description count without an operator is another parameter of this request. */
                "count[eq]"?: number;
                /** @description count without an operator is another parameter of this request. */
                "count[exists]"?: boolean;
                /** @description count without an operator is another parameter of this request. */
                "count[gt]"?: number;
                /** @description count without an operator is another parameter of this request. */
                "count[gte]"?: number;
                /** @description count without an operator is another parameter of this request. */
                "count[in]"?: string;
                /** @description count without an operator is another parameter of this request. */
                "count[lt]"?: number;
                /** @description count without an operator is another parameter of this request. */
                "count[lte]"?: number;
                /** @description count without an operator is another parameter of this request. */
                "count[ne]"?: number;
                /** @description count without an operator is another parameter of this request. */
                "count[nin]"?: string;
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. */
                expand?: components["parameters"]["expand"];
                /** @description Return how the page is found (the schema Explanation) instead of the page; needs the collection's admin scope. */
                explain?: components["parameters"]["explain"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                first?: components["parameters"]["series.first"];
                /** @example {} */
                last?: components["parameters"]["series.last"];
                /** @example {} */
                last_value?: components["parameters"]["series.last_value"];
                /** @description The most documents of a page. A page of large documents has fewer; it is the last one only if next is null. */
                limit?: components["parameters"]["limit"];
                /** @example {} */
                max?: components["parameters"]["series.max"];
                /** @example {} */
                metric?: components["parameters"]["series.metric"];
                /** @example {} */
                min?: components["parameters"]["series.min"];
                /** @example {} */
                open?: components["parameters"]["series.open"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                points?: components["parameters"]["series.points"];
                /** @description Fields, separated by commas, - before a descending one. _id breaks ties. */
                sort?: components["parameters"]["sort"];
                /** @example {} */
                unit?: components["parameters"]["series.unit"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page or a file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["series.page"];
                    "application/vnd.apache.parquet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    insert_series: {
        parameters: {
            query?: {
                /** @description Whether to store all of many documents or none. If all are stored, the answer is 201 with Outcomes. */
                atomic?: components["parameters"]["atomic"];
            };
            header?: {
                /** @description A string that the client chooses. The same request sent again within 24 hours writes nothing and returns the first answer. Not for a stream, unless atomic=true. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description return=minimal returns only the refused documents, then the counts; return=representation sends each outcome of a stream as soon as it is known (RFC 7240). */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["series"] | components["schemas"]["series"][];
                "application/x-ndjson": string;
            };
        };
        responses: {
            200: components["responses"]["Outcomes"];
            /** @description The stored document. */
            201: {
                headers: {
                    ETag: components["headers"]["Revision"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["series.stored"];
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    get_series: {
        parameters: {
            query?: {
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. */
                expand?: components["parameters"]["expand"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The ETag of the client's copy. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["series"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    replace_series: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["series"];
            };
        };
        responses: {
            200: components["responses"]["series"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    delete_series: {
        parameters: {
            query?: {
                /** @description Remove the document for good, removed already or not, with its versions and artifacts and, of a calculation, its series and reviews; needs the collection's admin scope. Once it is answered, no request reads the document or what belongs to it; their bytes are removed within minutes. Until then a caller who wrote the document with an Idempotency-Key may be sent that first answer again; afterwards 410. If-Match names the revision of the document or of its removal. */
                purge?: components["parameters"]["purge"];
            };
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Removed"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            422: components["responses"]["422"];
        };
    };
    patch_series: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Patch"];
        responses: {
            200: components["responses"]["series"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    access_series: {
        parameters: {
            query: {
                /** @description The scope that their tokens carry. */
                scope: components["parameters"]["scope"];
                /** @description Whose access: sub of their tokens. */
                subject: components["parameters"]["subject"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Access"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    aggregate_series: {
        parameters: {
            query?: {
                /** @example {} */
                calculation?: components["parameters"]["series.calculation"];
                /** @example {} */
                chunk?: components["parameters"]["series.chunk"];
                /** @example {} */
                count?: components["parameters"]["series.count"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                first?: components["parameters"]["series.first"];
                /** @description A field of single values to group by; repeat the parameter for further fields. */
                group?: components["parameters"]["group"];
                /** @example {} */
                last?: components["parameters"]["series.last"];
                /** @example {} */
                last_value?: components["parameters"]["series.last_value"];
                /** @example {} */
                max?: components["parameters"]["series.max"];
                /** @example {} */
                metric?: components["parameters"]["series.metric"];
                /** @example {} */
                min?: components["parameters"]["series.min"];
                /** @example {} */
                open?: components["parameters"]["series.open"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                points?: components["parameters"]["series.points"];
                /** @description count, or a function and a field: count:FIELD, sum:FIELD, avg:FIELD, min:FIELD, max:FIELD, stddev:FIELD. count where absent. */
                stat?: components["parameters"]["stat"];
                /** @example {} */
                unit?: components["parameters"]["series.unit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Groups"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
        };
    };
    follow_series: {
        parameters: {
            query?: {
                /** @example {} */
                calculation?: components["parameters"]["series.calculation"];
                /** @example {} */
                chunk?: components["parameters"]["series.chunk"];
                /** @example {} */
                count?: components["parameters"]["series.count"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @example {} */
                first?: components["parameters"]["series.first"];
                /** @example {} */
                last?: components["parameters"]["series.last"];
                /** @description The id of the last event that was received. */
                last_event_id?: components["parameters"]["last_event_id"];
                /** @example {} */
                last_value?: components["parameters"]["series.last_value"];
                /** @example {} */
                max?: components["parameters"]["series.max"];
                /** @example {} */
                metric?: components["parameters"]["series.metric"];
                /** @example {} */
                min?: components["parameters"]["series.min"];
                /** @example {} */
                open?: components["parameters"]["series.open"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                points?: components["parameters"]["series.points"];
                /** @description Start with the next change; the default without a last event. */
                since?: components["parameters"]["since"];
                /** @example {} */
                unit?: components["parameters"]["series.unit"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The id of the last event that was received; takes precedence over last_event_id. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Changes"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            410: components["responses"]["410"];
            422: components["responses"]["422"];
        };
    };
    ticket_series: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Ticket"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    metrics_series: {
        parameters: {
            query: {
                /** @description The page begins after this metric. */
                after?: string;
                /** @description _id of the calculation. */
                calculation: string;
                /** @description The maximum number of metrics. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            count: number;
                            /** Format: int64 */
                            first_step?: number;
                            /** Format: int64 */
                            last_step?: number;
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            last_value?: number | string;
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            max?: number | string;
                            metric: string;
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            min?: number | string;
                            unit?: string;
                        }[];
                        next: string | null;
                    };
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
        };
    };
    points_series: {
        parameters: {
            query: {
                /** @description _id of the calculation. */
                calculation: string;
                /** @description The first step. */
                from?: number;
                /** @description The maximum number of points. */
                limit?: number;
                /** @description The metric. */
                metric: string;
                /** @description Downsample to this many points. */
                points?: number;
                /** @description The last step. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The points. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        calculation: string;
                        /** @description For a sample: the number of points it represents. */
                        count?: number;
                        max?: {
                            /** Format: int64 */
                            step: number;
                            /** Format: date-time */
                            time?: string;
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            value: number | string;
                        };
                        metric: string;
                        min?: {
                            /** Format: int64 */
                            step: number;
                            /** Format: date-time */
                            time?: string;
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            value: number | string;
                        };
                        /** @description The value of from for the next page. */
                        next: number | null;
                        points: {
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            max?: number | string;
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            min?: number | string;
                            /** Format: int64 */
                            step: number;
                            /** Format: date-time */
                            time?: string;
                            /**
                             * Format: ieee754
                             * @description NaN, Infinity and -Infinity are strings.
                             */
                            value: number | string;
                        }[];
                        specials?: components["schemas"]["SpecialValues"];
                        unit?: string;
                    };
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    append_series: {
        parameters: {
            query?: {
                /** @description Whether a step that has another value or time is overwritten. */
                replace?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    calculation: string;
                    metric: string;
                    points: {
                        /** Format: int64 */
                        step: number;
                        /** Format: date-time */
                        time?: string;
                        /**
                         * Format: ieee754
                         * @description NaN, Infinity and -Infinity are strings.
                         */
                        value: number | string;
                    }[];
                    unit?: string;
                } | {
                    calculation: string;
                    metric: string;
                    points: {
                        /** Format: int64 */
                        step: number;
                        /** Format: date-time */
                        time?: string;
                        /**
                         * Format: ieee754
                         * @description NaN, Infinity and -Infinity are strings.
                         */
                        value: number | string;
                    }[];
                    unit?: string;
                }[];
            };
        };
        responses: {
            /** @description The outcome. An array of series returns an array of outcomes, in its order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PointsOutcome"];
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    usage_series: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Usage"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    list_views: {
        parameters: {
            query?: {
                /** @description The value of next of the page before. */
                after?: components["parameters"]["after"];
                /** @description Whether and how total is counted. */
                count?: components["parameters"]["count"];
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. */
                expand?: components["parameters"]["expand"];
                /** @description Return how the page is found (the schema Explanation) instead of the page; needs the collection's admin scope. */
                explain?: components["parameters"]["explain"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @description The most documents of a page. A page of large documents has fewer; it is the last one only if next is null. */
                limit?: components["parameters"]["limit"];
                /** @example {} */
                name?: components["parameters"]["views.name"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                page?: components["parameters"]["views.page"];
                /** @example {} */
                shared?: components["parameters"]["views.shared"];
                /** @description Fields, separated by commas, - before a descending one. _id breaks ties. */
                sort?: components["parameters"]["sort"];
                /** @example {} */
                state?: components["parameters"]["views.state"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page or a file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["views.page"];
                    "application/vnd.apache.parquet": string;
                    "application/x-ndjson": string;
                    "text/csv": string;
                };
            };
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    insert_views: {
        parameters: {
            query?: {
                /** @description Whether to store all of many documents or none. If all are stored, the answer is 201 with Outcomes. */
                atomic?: components["parameters"]["atomic"];
            };
            header?: {
                /** @description A string that the client chooses. The same request sent again within 24 hours writes nothing and returns the first answer. Not for a stream, unless atomic=true. */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
                /** @description return=minimal returns only the refused documents, then the counts; return=representation sends each outcome of a stream as soon as it is known (RFC 7240). */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["views"] | components["schemas"]["views"][];
                "application/x-ndjson": string;
            };
        };
        responses: {
            200: components["responses"]["Outcomes"];
            /** @description The stored document. */
            201: {
                headers: {
                    ETag: components["headers"]["Revision"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["views.stored"];
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            409: components["responses"]["409"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    get_views: {
        parameters: {
            query?: {
                /** @description _owner adds _owner_name after _owner, if it can be read in time: the name of the document's owner, or null if there is none. */
                expand?: components["parameters"]["expand"];
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The ETag of the client's copy. */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["views"];
            304: components["responses"]["NotModified"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            406: components["responses"]["406"];
            422: components["responses"]["422"];
        };
    };
    replace_views: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["views"];
            };
        };
        responses: {
            200: components["responses"]["views"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    delete_views: {
        parameters: {
            query?: {
                /** @description Remove the document for good, removed already or not, with its versions and artifacts and, of a calculation, its series and reviews; needs the collection's admin scope. Once it is answered, no request reads the document or what belongs to it; their bytes are removed within minutes. Until then a caller who wrote the document with an Idempotency-Key may be sent that first answer again; afterwards 410. If-Match names the revision of the document or of its removal. */
                purge?: components["parameters"]["purge"];
            };
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            204: components["responses"]["Removed"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            412: components["responses"]["412"];
            422: components["responses"]["422"];
        };
    };
    patch_views: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the revision to change. In the body, members that begin with _ may be sent back as they were read. */
                "If-Match"?: components["parameters"]["If-Match"];
            };
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Patch"];
        responses: {
            200: components["responses"]["views"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            409: components["responses"]["409"];
            412: components["responses"]["412"];
            413: components["responses"]["413"];
            415: components["responses"]["415"];
            422: components["responses"]["422"];
        };
    };
    access_views: {
        parameters: {
            query: {
                /** @description The scope that their tokens carry. */
                scope: components["parameters"]["scope"];
                /** @description Whose access: sub of their tokens. */
                subject: components["parameters"]["subject"];
            };
            header?: never;
            path: {
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Access"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            404: components["responses"]["404"];
            422: components["responses"]["422"];
        };
    };
    aggregate_views: {
        parameters: {
            query?: {
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @description A field of single values to group by; repeat the parameter for further fields. */
                group?: components["parameters"]["group"];
                /** @example {} */
                name?: components["parameters"]["views.name"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                page?: components["parameters"]["views.page"];
                /** @example {} */
                shared?: components["parameters"]["views.shared"];
                /** @description count, or a function and a field: count:FIELD, sum:FIELD, avg:FIELD, min:FIELD, max:FIELD, stddev:FIELD. count where absent. */
                stat?: components["parameters"]["stat"];
                /** @example {} */
                state?: components["parameters"]["views.state"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Groups"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            422: components["responses"]["422"];
        };
    };
    follow_views: {
        parameters: {
            query?: {
                /** @description The fields to return, separated by commas. x.* is x with all that is below it. A CSV or Parquet file has its columns in this order. */
                fields?: components["parameters"]["fields"];
                /** @description The same conditions as JSON: {"field":{"$gt":1},"$or":[{…},{…}]}, also $and and $not. */
                filter?: components["parameters"]["filter"];
                /** @description The id of the last event that was received. */
                last_event_id?: components["parameters"]["last_event_id"];
                /** @example {} */
                name?: components["parameters"]["views.name"];
                /** @description (field[operator]=value,…): at least one of these must hold. Within it or=(…) and and=(…) are groups again; a value with a comma, parenthesis or quote is quoted. */
                or?: components["parameters"]["or"];
                /** @example {} */
                page?: components["parameters"]["views.page"];
                /** @example {} */
                shared?: components["parameters"]["views.shared"];
                /** @description Start with the next change; the default without a last event. */
                since?: components["parameters"]["since"];
                /** @example {} */
                state?: components["parameters"]["views.state"];
                /** @description A named selection of fields, instead of fields. */
                view?: "summary";
            };
            header?: {
                /** @description The id of the last event that was received; takes precedence over last_event_id. */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Changes"];
            400: components["responses"]["400"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
            410: components["responses"]["410"];
            422: components["responses"]["422"];
        };
    };
    ticket_views: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Ticket"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    usage_views: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Usage"];
            401: components["responses"]["401"];
            403: components["responses"]["403"];
        };
    };
    getApiKeys: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of API keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /** @description The id it authenticates with. */
                            client_id: string;
                            /**
                             * Format: date-time
                             * @description When it was made.
                             */
                            created_at: string;
                            /**
                             * Format: date-time
                             * @description When it expires.
                             */
                            expires_at?: string | null;
                            /**
                             * Format: date-time
                             * @description When it last received a token, to the minute.
                             */
                            last_used_at?: string | null;
                            /** @description The display name. */
                            name: string;
                            /**
                             * @description The scopes that its tokens may have. A scope that a later version stored and this one cannot read is shown as it is,
                             *     and grants nothing.
                             */
                            scopes: string[];
                            /**
                             * @description Present if true: its user was disabled, or their password was reset, after it was made. It gets no more tokens,
                             *     even if the user is enabled again.
                             */
                            suspended?: boolean;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login, with all of their scopes */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewApiKey"];
            };
        };
        responses: {
            /** @description The key with its secret, which is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyWithSecret"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token, or the password in the body is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login with all of their scopes, and a recent one or the password in the body */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many wrong passwords */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many passwords are being checked, or the store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteApiKeysById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The key's client id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login, with all of their scopes */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getAudit: {
        parameters: {
            query?: {
                /** @description The action */
                action?: string;
                /** @description The user or client that acted */
                actor?: string;
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
                /** @description The id of the target */
                target?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of the audit log */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /** @description What was done, such as `user_changed`. */
                            action: string;
                            /** @description Who did it: the id of a user or a client; absent for a failed login. */
                            actor?: string | null;
                            /** @description The address of the client. */
                            address?: string | null;
                            /**
                             * Format: date-time
                             * @description When.
                             */
                            at: string;
                            /** @description The client that was used. */
                            client_id?: string | null;
                            /** @description The id that the caller gave the request as `X-Request-Id`. */
                            client_request_id?: string | null;
                            /** @description What was changed, or why it was refused. */
                            detail?: string | null;
                            /** @description The entry's id; ids sort by time. */
                            id: string;
                            /** @description The id under which the service logged the request. */
                            request_id?: string | null;
                            /** @description Whether it was done; refused otherwise. */
                            succeeded: boolean;
                            /** @description The id of the target. */
                            target?: string | null;
                            /** @description What it was done to: `user`, `role`, `client`, `session`, `calculation`, `key`, `route`. */
                            target_kind?: string | null;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getClients: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
                /** @description The name */
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of clients */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /** @description The id it authenticates with. */
                            client_id: string;
                            /**
                             * Format: date-time
                             * @description When it was made.
                             */
                            created_at: string;
                            /** @description Whether it is refused tokens. */
                            disabled: boolean;
                            /** @description The grants that it may use. */
                            grants: components["schemas"]["GrantType"][];
                            /**
                             * Format: date-time
                             * @description When it last received a token, to the minute.
                             */
                            last_used_at?: string | null;
                            /** @description The display name. */
                            name: string;
                            /**
                             * @description The scopes that its tokens may have. A scope that a later version stored and this one cannot read is shown as it is,
                             *     and grants nothing.
                             */
                            scopes: string[];
                            /** @description How many secrets are valid now: two while one replaces the other. */
                            secrets: number;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postClients: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewClient"];
            };
        };
        responses: {
            /** @description The client with its secret, which is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientWithSecret"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getClientsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The client's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The client */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientView"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteClientsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The client's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    patchClientsById: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id that the caller gives the request, for the log */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The client's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ClientChange"];
                "application/merge-patch+json": components["schemas"]["ClientChange"];
            };
        };
        responses: {
            /** @description The client */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientView"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postClientsByIdSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The client's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewSecret"];
            };
        };
        responses: {
            /** @description The client with its secret, which is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClientWithSecret"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postIntrospect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @description The client, unless HTTP Basic names it. */
                    client_id?: string | null;
                    /** @description Its secret, unless HTTP Basic has it. */
                    client_secret?: string | null;
                    /** @description The token. */
                    token: string;
                    /** @description Accepted and ignored: the type of a token is recognized. */
                    token_type_hint?: string | null;
                };
            };
        };
        responses: {
            /** @description The state of the token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Who acts for the subject. */
                        act?: Record<string, unknown> | null;
                        /** @description Whether it is valid now; all other members are absent if not. */
                        active: boolean;
                        /** @description Its audience. */
                        aud?: string | null;
                        /** @description What it is limited to in addition to its scope. */
                        authorization_details?: Record<string, unknown>[];
                        /** @description The client it was issued to. */
                        client_id?: string | null;
                        /**
                         * Format: int64
                         * @description When it expires, in seconds since the epoch.
                         */
                        exp?: number | null;
                        /**
                         * Format: int64
                         * @description When it was issued, in seconds since the epoch.
                         */
                        iat?: number | null;
                        /** @description Who issued it. */
                        iss?: string | null;
                        /** @description Its own id. */
                        jti?: string | null;
                        /** @description What it allows now. */
                        scope?: string | null;
                        /** @description The session it belongs to. */
                        sid?: string | null;
                        /** @description The user, or the client for a service. */
                        sub?: string | null;
                        /** @description `Bearer`, or `refresh_token`. */
                        token_type?: string | null;
                    };
                };
            };
            /** @description RFC 6749 section 5.2 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description The client is unknown or its secret is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
        };
    };
    postInvitationsAccept: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Acceptance"];
            };
        };
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login, with all of their scopes */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postLogin: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id that the caller gives the request, for the log */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
                "application/x-www-form-urlencoded": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description An access token; the refresh token is in the cookie */
            200: {
                headers: {
                    /** @description The refresh token */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description Malformed */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Wrong e-mail or password */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The request was made by a page of another site */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The body is neither a form nor JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A field of the wrong type, or a scope the user does not hold */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many attempts failed */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too busy, or the store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postLogout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Logged out, or was not logged in */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The request was not made by a page of this site */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable; the session is not ended */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getMemberships: {
        parameters: {
            query?: {
                /** @description `next` of the previous answer; everything if absent */
                after?: number;
                /** @description Seconds to wait for an entry. Default 0 */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The entries after the cursor, perhaps none; or everything, as NDJSON */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MembershipPage"];
                    "application/x-ndjson": string;
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The entries after the cursor are no longer kept */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getOpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getProjects: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description All that are shared */
                all?: boolean;
                /** @description Those that are archived too */
                archived?: boolean;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
                /** @description The one with this slug */
                slug?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of projects */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /**
                             * Format: date-time
                             * @description When it was made.
                             */
                            created_at: string;
                            /** @description Its id: what documents and tokens name. */
                            id: string;
                            /** @description Whether it is the project that a user has without making one. It has no other members. */
                            personal: boolean;
                            role?: components["schemas"]["ProjectRole"] | null;
                            /** @description What addresses show. It may change. */
                            slug: string;
                            /** @description What may still happen in it. */
                            state: components["schemas"]["ProjectState"];
                            /** @description Which memberships give that role. */
                            through: components["schemas"]["Through"][];
                            /** @description What people read. */
                            title: string;
                            /**
                             * Format: int64
                             * @description What `If-Match` demands, in quotes: it rises with each change of the project and of its members.
                             */
                            version: number;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postProjects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewProject"];
            };
        };
        responses: {
            /** @description The project */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getProjectsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    patchProjectsById: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the project */
                "If-Match"?: string | null;
                /** @description An id that the caller gives the request, for the log */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The project's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectChange"];
                "application/merge-patch+json": components["schemas"]["ProjectChange"];
            };
        };
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It has another ETag now than `If-Match` names */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getProjectsByIdInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /**
                             * Format: date-time
                             * @description When it can no longer be accepted.
                             */
                            expires_at: string;
                            /** @description Its id. */
                            id: string;
                            /**
                             * Format: date-time
                             * @description When.
                             */
                            made_at: string;
                            /** @description Who made it: the id of a user. */
                            made_by: string;
                            /** @description The role of the person who accepts it. */
                            role: components["schemas"]["ProjectRole"];
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postProjectsByIdInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewInvitation"];
            };
        };
        responses: {
            /** @description The invitation with its token, which is shown once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationWithToken"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteProjectsByIdInvitationsByInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The project's id */
                id: string;
                /** @description The invitation's id */
                invitation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Withdrawn */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getProjectsByIdMembers: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The project's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /**
                             * Format: date-time
                             * @description When.
                             */
                            added_at: string;
                            /** @description Who added it: the id of a user or a client. */
                            added_by: string;
                            /**
                             * Format: date-time
                             * @description When it ends by itself.
                             */
                            expires_at?: string | null;
                            /** @description The id of the user, the team or the service. */
                            id: string;
                            /** @description What it is. */
                            kind: components["schemas"]["MemberKind"];
                            /** @description How the membership came to be. */
                            managed_by: components["schemas"]["ManagedBy"];
                            /** @description The name of the user, the team or the service; absent where there is none. */
                            name?: string | null;
                            /** @description What the member may do. */
                            role: components["schemas"]["ProjectRole"];
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    putProjectsByIdMembersByKindByMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the project */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The project's id */
                id: string;
                /** @description What the member is */
                kind: components["schemas"]["MemberKind"];
                /** @description The id of the user, the team or the service account */
                member: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberRole"];
            };
        };
        responses: {
            /** @description The member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Member"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It has another ETag now than `If-Match` names */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteProjectsByIdMembersByKindByMember: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the project */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The project's id */
                id: string;
                /** @description What the member is */
                kind: components["schemas"]["MemberKind"];
                /** @description The id of the user, the team or the service account */
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It has another ETag now than `If-Match` names */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getRevocations: {
        parameters: {
            query?: {
                /** @description `next` of the previous answer. Default 0 */
                after?: number;
                /** @description Seconds to wait for an entry. Default 0 */
                wait?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The revocations after the cursor, perhaps none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevocationPage"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postRevocations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CalculationEnd"];
            };
        };
        responses: {
            /** @description What was revoked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalculationEnded"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @description The client, unless HTTP Basic names it. */
                    client_id?: string | null;
                    /** @description Its secret, unless HTTP Basic has it. */
                    client_secret?: string | null;
                    /** @description The token. */
                    token: string;
                    /** @description Accepted and ignored: the type of a token is recognized. */
                    token_type_hint?: string | null;
                };
            };
        };
        responses: {
            /** @description The token is not valid: it was revoked, or was not valid before */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description RFC 6749 section 5.2 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description The client is unknown or its secret is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description The store is unavailable; the token is not revoked */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
        };
    };
    getRoles: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The roles */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /** @description Whether it ships with Tessera and cannot be removed. */
                            built_in: boolean;
                            /** @description Its name. */
                            name: string;
                            /**
                             * @description The scopes that it grants. A scope that a later version stored and this one cannot read is shown as it is, and
                             *     grants nothing.
                             */
                            scopes: string[];
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    putRolesByName: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A lower-case letter, then letters, digits, `_` or `-` */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RoleScopes"];
            };
        };
        responses: {
            /** @description The role */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Role"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteRolesByName: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The role's name */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getSearch: {
        parameters: {
            query: {
                /** @description The most hits. Default 20, maximum 100 */
                limit?: number;
                /** @description What to look for */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountSearch"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getSessions: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /** @description The address the login came from. */
                            address?: string | null;
                            /** @description The calculation it is limited to, if it is a job grant. */
                            calculation?: string | null;
                            /** @description The client it was opened with: `tessera` at a login, `tessera-job` for a job grant. */
                            client_id: string;
                            /**
                             * Format: date-time
                             * @description When the user logged in.
                             */
                            created_at: string;
                            /** @description Whether the request was made with a token of this session. */
                            current: boolean;
                            /** @description What the client called itself (`User-Agent`) at login. */
                            device?: string | null;
                            /**
                             * Format: date-time
                             * @description When the session ends at the latest.
                             */
                            expires_at: string;
                            /** @description The session's id: `sid` of its tokens. */
                            id: string;
                            /**
                             * Format: date-time
                             * @description When the session last received a token.
                             */
                            last_used_at: string;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login, with all of their scopes */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"] | null;
            };
        };
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token, or the password in the body is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login with all of their scopes, and a recent one or the password in the body */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many wrong passwords */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many passwords are being checked, or the store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteSessionsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login, with all of their scopes */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not a session of yours, or it has ended already */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getTeams: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description All of the installation */
                all?: boolean;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of teams */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /**
                             * Format: date-time
                             * @description When it was made.
                             */
                            created_at: string;
                            /** @description Its id. */
                            id: string;
                            /** @description Whether the caller may change it. */
                            manages: boolean;
                            /** @description What people read. */
                            name: string;
                            /**
                             * Format: int64
                             * @description What `If-Match` demands, in quotes: it rises with each change of the team and of its users.
                             */
                            version: number;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postTeams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TeamName"];
            };
        };
        responses: {
            /** @description The team */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getTeamsById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The team's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The team */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteTeamsById: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the team */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The team's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It has another ETag now than `If-Match` names */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    patchTeamsById: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the team */
                "If-Match"?: string | null;
                /** @description An id that the caller gives the request, for the log */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The team's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TeamName"];
                "application/merge-patch+json": components["schemas"]["TeamName"];
            };
        };
        responses: {
            /** @description The team */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Team"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It has another ETag now than `If-Match` names */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getTeamsByIdMembers: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The team's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /**
                             * Format: date-time
                             * @description When.
                             */
                            added_at: string;
                            /** @description Who added them. */
                            added_by: string;
                            /** @description The user's id. */
                            id: string;
                            /** @description Whether they may change the team. */
                            manages: boolean;
                            /** @description The user's name; absent where there is none. */
                            name?: string | null;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    putTeamsByIdMembersByUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the team */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The team's id */
                id: string;
                /** @description The user's id */
                user: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TeamPlace"];
            };
        };
        responses: {
            /** @description The user is in the team */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It has another ETag now than `If-Match` names */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteTeamsByIdMembersByUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the team */
                "If-Match"?: string | null;
            };
            path: {
                /** @description The team's id */
                id: string;
                /** @description The user's id */
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user is not in the team */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /**
             * @description The token lacks a scope or is a job grant's, or your role in the project does not allow it: `insufficient_role`, and the
             *     detail names the role that is needed and who can give it
             */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It has another ETag now than `If-Match` names */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/x-www-form-urlencoded": {
                    /** @description For a token exchange: `[{"type":"calculation","identifier":"ID"}]` (RFC 9396). */
                    authorization_details?: string | null;
                    /** @description The client, unless HTTP Basic names it. */
                    client_id?: string | null;
                    /** @description Its secret, unless HTTP Basic has it. */
                    client_secret?: string | null;
                    /**
                     * @description `client_credentials`, `refresh_token`, `password` or `urn:ietf:params:oauth:grant-type:token-exchange`.
                     * @example client_credentials
                     */
                    grant_type: string;
                    /** @description For `password`. */
                    password?: string | null;
                    /** @description For `refresh_token`. */
                    refresh_token?: string | null;
                    /** @description Scopes separated by spaces; all that can be granted if absent. */
                    scope?: string | null;
                    /** @description For a token exchange: the access token to exchange. */
                    subject_token?: string | null;
                    /** @description For a token exchange: `urn:ietf:params:oauth:token-type:access_token`. */
                    subject_token_type?: string | null;
                    /** @description For `password`. */
                    username?: string | null;
                };
            };
        };
        responses: {
            /** @description The token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The token, to be sent as `Authorization: Bearer …`. */
                        access_token: string;
                        /** @description What the token is limited to in addition to its scope. */
                        authorization_details?: Record<string, unknown>[];
                        /**
                         * Format: int64
                         * @description Seconds until the token expires.
                         */
                        expires_in: number;
                        /** @description For a token exchange. */
                        issued_token_type?: string | null;
                        /**
                         * Format: int64
                         * @description Seconds until the refresh token expires, unless it is used before.
                         */
                        refresh_expires_in?: number | null;
                        /** @description Gets the next access token; each refresh token is used once. */
                        refresh_token?: string | null;
                        /** @description What the token allows. */
                        scope: string;
                        /** @description Always `Bearer`. */
                        token_type: string;
                    };
                };
            };
            /** @description RFC 6749 section 5.2 */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description The client is unknown or its secret is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description Too many wrong passwords */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
            /** @description Too busy, or the store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OAuthProblem"];
                };
            };
        };
    };
    postTokenRefresh: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An access token; the refresh token is in the cookie */
            200: {
                headers: {
                    /** @description The next refresh token */
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The refresh token is missing or not valid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The request was not made by a page of this site */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable; send the same cookie again */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getUsers: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Whether they are disabled */
                disabled?: boolean;
                /** @description The e-mail address; a `*` at the end matches all that begin with the text before it */
                email?: string;
                /** @description Ids, separated by commas, at most 100 */
                id?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
                /** @description A role that they have */
                role?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /**
                             * Format: date-time
                             * @description When the user signed up.
                             */
                            created_at: string;
                            /** @description Whether the user may not log in. */
                            disabled: boolean;
                            /** @description The address the user logs in with. */
                            email: string;
                            /** @description The name others see. */
                            full_name?: string | null;
                            /** @description The user's id: `sub` of their tokens. */
                            id: string;
                            /** @description Present if true: the user must choose another password before their tokens allow anything else. */
                            must_change_password?: boolean;
                            /** @description The user's roles, by name. */
                            roles: string[];
                            /**
                             * Format: date-time
                             * @description When the user last changed.
                             */
                            updated_at: string;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    postUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignUp"];
            };
        };
        responses: {
            /** @description The user */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Registration is closed and the request has no valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Registration is closed and the token lacks users:write */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Another user has the address */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many sign-ups from this address */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too busy, or the store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteUsersById: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    patchUsersById: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id that the caller gives the request, for the log */
                "X-Request-Id"?: string;
            };
            path: {
                /** @description The user's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserChange"];
                "application/merge-patch+json": components["schemas"]["UserChange"];
            };
        };
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getUsersByIdApiKeys: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The user's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of API keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /** @description The id it authenticates with. */
                            client_id: string;
                            /**
                             * Format: date-time
                             * @description When it was made.
                             */
                            created_at: string;
                            /**
                             * Format: date-time
                             * @description When it expires.
                             */
                            expires_at?: string | null;
                            /**
                             * Format: date-time
                             * @description When it last received a token, to the minute.
                             */
                            last_used_at?: string | null;
                            /** @description The display name. */
                            name: string;
                            /**
                             * @description The scopes that its tokens may have. A scope that a later version stored and this one cannot read is shown as it is,
                             *     and grants nothing.
                             */
                            scopes: string[];
                            /**
                             * @description Present if true: its user was disabled, or their password was reset, after it was made. It gets no more tokens,
                             *     even if the user is enabled again.
                             */
                            suspended?: boolean;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteUsersByIdApiKeysByKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id */
                id: string;
                /** @description The key's client id */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getUsersByIdSessions: {
        parameters: {
            query?: {
                /** @description `next` of the previous page */
                after?: string;
                /** @description Page size. Default 50, maximum 1000 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description The user's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of sessions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The items of this page. */
                        items: {
                            /** @description The address the login came from. */
                            address?: string | null;
                            /** @description The calculation it is limited to, if it is a job grant. */
                            calculation?: string | null;
                            /** @description The client it was opened with: `tessera` at a login, `tessera-job` for a job grant. */
                            client_id: string;
                            /**
                             * Format: date-time
                             * @description When the user logged in.
                             */
                            created_at: string;
                            /** @description Whether the request was made with a token of this session. */
                            current: boolean;
                            /** @description What the client called itself (`User-Agent`) at login. */
                            device?: string | null;
                            /**
                             * Format: date-time
                             * @description When the session ends at the latest.
                             */
                            expires_at: string;
                            /** @description The session's id: `sid` of its tokens. */
                            id: string;
                            /**
                             * Format: date-time
                             * @description When the session last received a token.
                             */
                            last_used_at: string;
                        }[];
                        /** @description The cursor of the next page, `null` on the last one. */
                        next?: string | null;
                        /**
                         * Format: int64
                         * @description The number of matching items, if `count` asked for it.
                         */
                        total?: number | null;
                    };
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteUsersByIdSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteUsersByIdSessionsBySession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id */
                id: string;
                /** @description The session's id */
                session: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token lacks a scope, the request grants a scope that the caller lacks, or the token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    getUsersMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description The query string cannot be decoded */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The token is a job grant's */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The caller is a service, not a user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A parameter is unknown, repeated or malformed */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    deleteUsersMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"] | null;
            };
        };
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token, or the password in the body is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login with all of their scopes, and a recent one or the password in the body */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description It would break a rule, such as removing the last administrator, or it was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not JSON by its media type */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many wrong passwords */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many passwords are being checked, or the store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    patchUsersMe: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id that the caller gives the request, for the log */
                "X-Request-Id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProfileChange"];
                "application/merge-patch+json": components["schemas"]["ProfileChange"];
            };
        };
        responses: {
            /** @description The user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login, with all of their scopes */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The media type is not JSON */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description A value breaks a rule */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
    putUsersMePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Changed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Not JSON */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description No valid token, or the current password is wrong */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description This needs a person's own login, with all of their scopes */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The password was changed by another request */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description More than 16 KiB */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Not application/json */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description The new password is refused: see errors */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too many failed attempts */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
            /** @description Too busy, or the store is unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["ProblemBody"];
                };
            };
        };
    };
}
