namespace LiteKube.Robustness.Tests.Fuzz;

/// <summary>Pieces that parsers of one kind or another find hard.</summary>
internal static class FuzzWords
{
    public static readonly string[] Texts =
    [
        "", " ", "a", "-", ".", "..", "/", "\\", "\"", "'", "%", "%2f", "\0", "\n", "\r\n", "\t", "\u007f", "\u2028", "\ufeff", "\ud83d\ude00", "ä", "null", "true", "0", "-1",
        "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e400", "NaN", "0x10", "1.5", "100m", "1Ki", "1e3", "-5Gi", "12E18", "100000000000000000000Ei",
        "2026-01-01T00:00:00Z", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "999999999h", "5s", "10%", "101%", "*", "* * * * *", "@every 5m",
        "10.0.0.1", "::1", "10.0.0.0/33", "fe80::1%eth0", "example.com/x", "a/b/c", "a=b", "kubernetes.io/x", "default", "kube-system",
        "self.spec", "self == oldSelf", "self.all(x, x.all(y, y.all(z, z == 1)))", "has(self.a) && self.a.b[0] > 1", "'a' + 'b'", "[1,2,3].map(x, x*x).sum()", "((((((((", "self.matches('(a+)+$')",
        "1/0", "duration('1s') > timestamp('x')", "object.spec.replicas <= 5", "authorizer.group('').resource('pods').check('get').allowed()",
    ];

    public static readonly string[] Selectors =
    [
        "a=b", "a==b,c!=d", "a in (b,c)", "a notin ()", "!a", "a,b,,c", "a in (b", "=", ",", "!", "a=b=c", "a in b", "(", "x/y/z=1", "metadata.name=a", "metadata.name=a,metadata.namespace!=b",
        "spec.nodeName=", "status.phase=Running", "spec.unknown=1", "metadata.name=\\,", "\u00e4=\u00f6", "a=" + "%20",
    ];

    public static readonly string[] Parameters =
    [
        "labelSelector", "fieldSelector", "limit", "continue", "resourceVersion", "resourceVersionMatch", "dryRun", "fieldManager", "fieldValidation", "force", "propagationPolicy",
        "orphanDependents", "gracePeriodSeconds", "pretty", "includeObject", "timeoutSeconds", "sendInitialEvents", "allowWatchBookmarks", "watch", "container", "command", "unknown",
    ];

    public static readonly string[] ContentTypes =
    [
        "application/json", "application/json", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/merge-patch+json", "application/json-patch+json",
        "application/strategic-merge-patch+json", "application/apply-patch+yaml", "application/apply-patch+cbor", "application/cbor", "text/plain", "application/json; charset=utf-8", "x/y", "application/json;stream=watch;;",
    ];

    public static readonly string[] Accepts =
    [
        "*/*", "application/json", "application/yaml", "application/vnd.kubernetes.protobuf", "application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", "application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io", "application/cbor", "text/html", ";;;", "application/json;q=x,*/*;q=0", "application/json;as=Nothing;v=v1;g=meta.k8s.io",
    ];

    public static readonly string[] Yaml =
    [
        "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n",
        "&a [*a]", "*unknown", "{a: b", "- - - - - - - -", "? a\n: b", "!!binary AAAA", "!!python/object:x {}", "---\na: 1\n---\nb: 2\n", "a: |\n  text\n b: c", "<<: *x", "a: 1\na: 2", "\ta: 1", "a: .inf", "a: 0o17", "a: 2026-01-01", "%YAML 9.9\n---\na",
    ];
}
