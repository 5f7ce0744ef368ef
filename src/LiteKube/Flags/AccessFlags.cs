namespace LiteKube.Flags;

/// <summary>Who may use the API server, how many at once, and what is recorded of it. The names are kube-apiserver's.</summary>
internal static class AccessFlags
{
    public static readonly Flag AnonymousAuth = new("anonymous-auth", "WHAT", "What requests without credentials may ask for, if RBAC allows it: health (/livez, /readyz, /healthz), true (anything) or false (nothing).", "health");
    public static readonly Flag TokenAuthFile = new("token-auth-file", "FILE", "A file of static tokens: lines of token,user,uid,\"group1,group2\".");
    public static readonly Flag OidcIssuerUrl = new("oidc-issuer-url", "URL", "The https URL of an OpenID Connect issuer whose ID tokens are accepted.");
    public static readonly Flag OidcClientId = new("oidc-client-id", "ID", "The audience that ID tokens must be for; needed with --oidc-issuer-url.");
    public static readonly Flag OidcUsernameClaim = new("oidc-username-claim", "CLAIM", "The claim that names the user.", "sub");
    public static readonly Flag OidcUsernamePrefix = new("oidc-username-prefix", "PREFIX", "What stands before the names of the issuer's users; - for nothing. [default: the issuer and #, but nothing before an e-mail address]");
    public static readonly Flag OidcGroupsClaim = new("oidc-groups-claim", "CLAIM", "The claim that names the user's groups.");
    public static readonly Flag OidcGroupsPrefix = new("oidc-groups-prefix", "PREFIX", "What stands before the names of the issuer's groups.");
    public static readonly Flag OidcRequiredClaim = new("oidc-required-claim", "KEY=VALUE", "A claim that ID tokens must have; may be repeated.", many: true);
    public static readonly Flag OidcCaFile = new("oidc-ca-file", "FILE", "The authorities that vouch for the issuer's host. [default: the system's]");
    public static readonly Flag OidcSigningAlgs = new("oidc-signing-algs", "ALGS", "The signature algorithms accepted, with commas between: RS256, RS384, RS512, ES256, ES384, ES512, PS256, PS384, PS512.", "RS256");
    public static readonly Flag AuditPolicyFile = new("audit-policy-file", "FILE", "An audit policy (audit.k8s.io/v1): which requests are recorded, and how much of them.");
    public static readonly Flag AuditLogPath = new("audit-log-path", "FILE", "Where audit events are written, one line of JSON each; - for the standard output. Needed with --audit-policy-file.");
    public static readonly Flag AuditLogMaxSize = new("audit-log-maxsize", "MEGABYTES", "The audit log is put aside when it has grown larger.", "100");
    public static readonly Flag AuditLogMaxAge = new("audit-log-maxage", "DAYS", "Audit logs put aside are deleted after so many days; 0 keeps them.", "0");
    public static readonly Flag AuditLogMaxBackup = new("audit-log-maxbackup", "COUNT", "How many audit logs put aside are kept; 0 for all.", "0");
    public static readonly Flag MaxRequests = new("max-requests-inflight", "COUNT", "With --max-mutating-requests-inflight: the requests at once that the priority levels share.", "400");
    public static readonly Flag MaxMutatingRequests = new("max-mutating-requests-inflight", "COUNT", "See --max-requests-inflight.", "200");

    public static IReadOnlyList<Flag> All { get; } =
    [
        AnonymousAuth, TokenAuthFile, OidcIssuerUrl, OidcClientId, OidcUsernameClaim, OidcUsernamePrefix, OidcGroupsClaim, OidcGroupsPrefix, OidcRequiredClaim, OidcCaFile, OidcSigningAlgs,
        AuditPolicyFile, AuditLogPath, AuditLogMaxSize, AuditLogMaxAge, AuditLogMaxBackup, MaxRequests, MaxMutatingRequests,
    ];
}
