namespace LiteKube.ApiServer.Tests.CustomResources;

/// <summary>
/// The schema of a spec of the size and shape that the definitions of large projects have: routes with rules, matches, filters and backends, lists in lists in
/// lists, each bounded, and several dozen rules, some of which compare every entry with every other.
/// </summary>
internal static class LargeDefinition
{
    private const string Name = """{"type":"string","minLength":1,"maxLength":253}""";
    private const string DnsLabel = """{"type":"string","minLength":1,"maxLength":63,"pattern":"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}""";
    private const string Group = """{"type":"string","maxLength":253,"default":"routes.example.com","pattern":"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"}""";
    private const string Port = """{"type":"integer","format":"int32","minimum":1,"maximum":65535}""";
    private const string Hostname = """{"type":"string","minLength":1,"maxLength":253,"pattern":"^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"}""";
    private const string Duration = """{"type":"string","pattern":"^([0-9]{1,5}(h|m|s|ms)){1,4}$"}""";

    private static readonly string s_reference = Object($$"""
        "group":{{Group}},"kind":{{Name}},"name":{{Name}},"namespace":{{DnsLabel}},"port":{{Port}}
        """, required: "name", rules: Rule("self.group == '' && self.kind == 'Service' ? has(self.port) : true", "a Service needs a port"));

    private static readonly string s_parent = Object($$"""
        "group":{{Group}},"kind":{{WithDefault(DnsLabel, "Door")}},"name":{{Name}},"namespace":{{DnsLabel}},"sectionName":{{Name}},"port":{{Port}}
        """, required: "name");

    private static readonly string s_headers = Map(Object("""
        "name":{"type":"string","minLength":1,"maxLength":256,"pattern":"^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$"},"value":{"type":"string","minLength":1,"maxLength":4096}
        """, required: "name\",\"value"), 16, "name");

    private static readonly string s_headerFilter = Object($$"""
        "set":{{s_headers}},"add":{{s_headers}},"remove":{"type":"array","maxItems":16,"x-kubernetes-list-type":"set","items":{"type":"string"} }
        """);

    private static readonly string s_pathChange = Object("""
        "type":{"type":"string","enum":["ReplaceFullPath","ReplacePrefixMatch"]},"replaceFullPath":{"type":"string","maxLength":1024},"replacePrefixMatch":{"type":"string","maxLength":1024}
        """, required: "type", rules: string.Join(',',
        Rule("self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true", "replaceFullPath must be specified when type is set to 'ReplaceFullPath'"),
        Rule("has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true", "type must be 'ReplaceFullPath' when replaceFullPath is set"),
        Rule("self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true", "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'")));

    private static readonly string s_redirect = Object($$"""
        "scheme":{"type":"string","enum":["http","https"]},"hostname":{{Hostname}},"path":{{s_pathChange}},"port":{{Port}},"statusCode":{"type":"integer","default":302,"enum":[301,302]}
        """);

    private static readonly string s_rewrite = Object($$"""
        "hostname":{{Hostname}},"path":{{s_pathChange}}
        """);

    private static readonly string s_mirror = Object($$"""
        "backendRef":{{s_reference}},"percent":{"type":"integer","minimum":0,"maximum":100},"fraction":{{Object("""
        "numerator":{"type":"integer","format":"int32","minimum":0},"denominator":{"type":"integer","format":"int32","minimum":1,"default":100}
        """, required: "numerator", rules: Rule("self.numerator <= self.denominator", "numerator must be less than or equal to denominator"))}}
        """, required: "backendRef", rules: Rule("!(has(self.percent) && has(self.fraction))", "Only one of percent or fraction may be specified"));

    private static readonly (string Type, string Field, string Schema)[] s_filterKinds =
    [
        ("RequestHeaderModifier", "requestHeaderModifier", s_headerFilter), ("ResponseHeaderModifier", "responseHeaderModifier", s_headerFilter), ("RequestMirror", "requestMirror", s_mirror),
        ("RequestRedirect", "requestRedirect", s_redirect), ("URLRewrite", "urlRewrite", s_rewrite), ("ExtensionRef", "extensionRef", s_reference),
    ];

    private static readonly string s_filters = List(
        Object(
            $"\"type\":{{\"type\":\"string\",\"enum\":[{string.Join(',', s_filterKinds.Select(k => $"\"{k.Type}\""))}]}},{string.Join(',', s_filterKinds.Select(k => $"\"{k.Field}\":{k.Schema}"))}",
            required: "type",
            rules: string.Join(',', s_filterKinds.SelectMany(k => new[]
            {
                Rule($"!(has(self.{k.Field}) && self.type != '{k.Type}')", $"filter.{k.Field} must be nil if the filter.type is not {k.Type}"),
                Rule($"!(!has(self.{k.Field}) && self.type == '{k.Type}')", $"filter.{k.Field} must be specified for {k.Type} filter.type"),
            }))),
        16,
        string.Join(',', s_filterKinds.SkipLast(1).Where(k => k.Type != "RequestMirror").Select(k => Rule($"self.filter(f, f.type == '{k.Type}').size() <= 1", $"{k.Type} filter cannot be repeated"))
            .Append(Rule("!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))", "May specify either a redirect or a rewrite, but not both"))));

    private static readonly string s_match = Object($$"""
        "path":{{Object("""
        "type":{"type":"string","default":"PathPrefix","enum":["Exact","PathPrefix","RegularExpression"]},"value":{"type":"string","default":"/","maxLength":1024}
        """, rules: string.Join(',',
        Rule("(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true", "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']"),
        Rule("(self.type in ['Exact','PathPrefix']) ? !self.value.contains('//') : true", "must not contain '//' when type one of ['Exact', 'PathPrefix']"),
        Rule("(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/..') : true", "must not end with '/..' when type one of ['Exact', 'PathPrefix']"),
        Rule(@"(self.type in ['Exact','PathPrefix']) ? self.value.matches(r\""\""\""^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$\""\""\"") : true", "must only contain valid characters")))}},
        "headers":{{s_headers}},"queryParams":{{s_headers}},"method":{"type":"string","enum":["GET","HEAD","POST","PUT","DELETE","PATCH"]}
        """);

    private static readonly string s_rule = Object($$"""
        "name":{{Name}},"matches":{{List(s_match, 64).Replace("\"maxItems\":64", "\"maxItems\":64,\"default\":[{\"path\":{\"type\":\"PathPrefix\",\"value\":\"/\"}}]", StringComparison.Ordinal)}},
        "filters":{{s_filters}},"backendRefs":{{List(Object($"\"ref\":{s_reference},\"weight\":{{\"type\":\"integer\",\"default\":1,\"minimum\":0,\"maximum\":1000000}},\"filters\":{s_filters}"), 16)}},
        "timeouts":{{Object($"\"request\":{Duration},\"backendRequest\":{Duration}", rules: Rule(
            "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))",
            "backendRequest timeout cannot be longer than request timeout"))}}
        """, rules: string.Join(',',
        Rule("(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))) : true", "RequestRedirect filter must not be used together with backendRefs"),
        Rule(
            "(has(self.filters) && self.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
            "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified")));

    public static string Spec { get; } = Object($$"""
        "parentRefs":{{List(s_parent, 32, string.Join(',',
        Rule("self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))", "sectionName must be specified when parentRefs includes 2 or more references to the same parent"),
        Rule("self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__)) && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))", "sectionName must be unique when parentRefs includes 2 or more references to the same parent")))}},
        "hostnames":{{List(Hostname, 16)}},
        "rules":{{List(s_rule, 16, string.Join(',',
        Rule(string.Join(" + ", Enumerable.Range(0, 16).Select(i => $"(self.size() > {i} ? self[{i}].matches.size() : 0)")) + " <= 128", "the total number of matches across all rules in a route must be less than 128"),
        Rule("self.all(l1, !has(l1.name) || self.exists_one(l2, has(l2.name) && l1.name == l2.name))", "Rule name must be unique within the route")))}}
        """);

    private static string Object(string properties, string? required = null, string? rules = null) =>
        $$"""{"type":"object",{{(required is null ? "" : $"\"required\":[\"{required}\"],")}}{{(rules is null ? "" : $"\"x-kubernetes-validations\":[{rules}],")}}"properties":{""" + properties + "}}";

    private static string List(string items, int most, string? rules = null) =>
        $$"""{"type":"array","maxItems":{{most}},"x-kubernetes-list-type":"atomic",{{(rules is null ? "" : $"\"x-kubernetes-validations\":[{rules}],")}}"items":""" + items + "}";

    private static string Map(string items, int most, string key) =>
        $$"""{"type":"array","maxItems":{{most}},"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["{{key}}"],"items":""" + items + "}";

    private static string Rule(string rule, string message) => $$"""{"rule":"{{rule}}","message":"{{message}}"}""";

    private static string WithDefault(string schema, string value) => schema.Replace("\"pattern\":\"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$\"", $"\"default\":\"{value}\"", StringComparison.Ordinal);
}
