using System.Text.Json.Nodes;

namespace LiteKube.Cel.Tests;

/// <summary>Documents read by a schema, as validation rules of custom resources see them.</summary>
public sealed class SchemaTests
{
    private static readonly CelType s_port = CelType.ObjectOf(new CelObjectType("port", new Dictionary<string, CelType> { ["name"] = CelType.String, ["port"] = CelType.Int }));

    private static readonly CelType s_self = CelType.ObjectOf(new Fields(new()
    {
        ["replicas"] = new("replicas", CelType.Int),
        ["ratio"] = new("ratio", CelType.Double),
        ["when"] = new("when", CelType.Timestamp),
        ["wait"] = new("wait", CelType.Duration),
        ["data"] = new("data", CelType.Bytes),
        ["__namespace__"] = new("namespace", CelType.String),
        ["x__dash__y"] = new("x-y", CelType.String),
        ["any"] = new("any", CelType.Dyn),
        ["labels"] = new("labels", CelType.Map(CelType.String, CelType.String)),
        ["set"] = new("set", CelType.List(CelType.String, CelListType.Set, [])),
        ["ports"] = new("ports", CelType.List(s_port, CelListType.Map, ["name"])),
        ["plain"] = new("plain", CelType.List(CelType.Int)),
    }));

    private static readonly CelEnvironment s_environment = CelEnvironment.Kubernetes.WithVariable("self", s_self).WithVariable("oldSelf", s_self);

    [Theory]
    [InlineData("self.replicas + 1 == 4")]
    [InlineData("self.ratio == 2.0 && type(self.ratio) == double")]
    [InlineData("self.when < timestamp('2025-01-01T00:00:00Z') && self.when.getFullYear() == 2024")]
    [InlineData("self.wait == duration('90s')")]
    [InlineData("self.data == b'hi' && size(self.data) == 2")]
    [InlineData("self.__namespace__ == 'ns' && self.x__dash__y == 'z'")]
    [InlineData("self.any == 5 || self.any == '5'")]
    [InlineData("self.labels.a == 'b' && 'a' in self.labels && self.labels.all(k, k != 'z')")]
    [InlineData("has(self.replicas) && !has(oldSelf.replicas)")]
    [InlineData("self.set == ['b', 'a'] && (self.set + ['b', 'c']).size() == 3 && self.set + ['c'] == ['c', 'a', 'b']")]
    [InlineData("self.ports == oldSelf.ports")]
    [InlineData("(self.ports + oldSelf.ports).size() == 2 && self.plain + [1] == [1, 2, 1]")]
    [InlineData("self.plain != oldSelf.plain")]
    [InlineData("self.ports.exists(p, p.name == 'a' && p.port == 80)")]
    public void Values_are_what_their_schema_says(string rule)
    {
        var compilation = s_environment.Compile(rule, CelType.Bool);
        Assert.True(compilation.Program is not null, compilation.Message);
        var result = compilation.Program.Evaluate(Values());
        Assert.Null(result.Error);
        Assert.True(result.IsTrue);
    }

    [Theory]
    [InlineData("self.zzz == 1", "undefined field 'zzz'")]
    [InlineData("self.namespace == 'a'", "undefined field 'namespace'")]
    [InlineData("self.replicas == 'a'", "found no matching overload for '_==_' applied to '(int, string)'")]
    [InlineData("self.when == '2024'", "found no matching overload for '_==_' applied to '(timestamp, string)'")]
    [InlineData("self.plain.all(p, p.x)", "type 'int' does not support field selection")]
    [InlineData("self.labels.a == 1", "found no matching overload for '_==_' applied to '(string, int)'")]
    [InlineData("self.any", "must evaluate to bool but got dyn")]
    public void Faults_are_found_before_anything_runs(string rule, string message) =>
        Assert.Contains(message, s_environment.Compile(rule, CelType.Bool).Message, StringComparison.Ordinal);

    [Fact]
    public void A_document_that_does_not_fit_its_schema_is_an_error()
    {
        var program = s_environment.Compile("self.when < timestamp('2025-01-01T00:00:00Z')").Program!;
        var values = new CelActivation().Set("self", CelValue.FromJson(JsonNode.Parse("""{"when":"yesterday"}"""), s_self));
        Assert.Contains("Invalid date-time or date format: yesterday", program.Evaluate(values).Error);
    }

    [Fact]
    public void A_program_says_what_it_reads()
    {
        Assert.True(s_environment.Compile("self.replicas > 1 && oldSelf.replicas > 1").Program!.Reads("oldSelf"));
        Assert.False(s_environment.Compile("self.replicas > 1 && [1].all(oldSelf, oldSelf > 0)").Program!.Reads("oldSelf"));
    }

    [Theory]
    [InlineData("namespace", "__namespace__")]
    [InlineData("a-b.c/d", "a__dash__b__dot__c__slash__d")]
    [InlineData("a__b", "a__underscores__b")]
    [InlineData("plain_name", "plain_name")]
    [InlineData("1a", null)]
    [InlineData("a$b", null)]
    public void Names_are_escaped(string property, string? field) => Assert.Equal(field, FieldNames.Escape(property));

    [Fact]
    public void Made_values_become_JSON()
    {
        var program = CelEnvironment.Kubernetes.Compile("{'a': [1, 2.5, 'x', null, true], 'b': {'c': duration('1s'), 'd': timestamp('2024-01-02T03:04:05Z')}, 'e': b'hi'}.transformMap(k, v, dyn(v))").Program;
        Assert.Null(program);
        program = CelEnvironment.Kubernetes.Compile("{'a': dyn([dyn(1), 2.5, 'x', null, true]), 'b': {'c': dyn(duration('1s')), 'd': timestamp('2024-01-02T03:04:05Z')}, 'e': dyn(b'hi')}").Program!;
        var json = program.Evaluate(new CelActivation()).Value.ToJson(out var problem);
        Assert.Null(problem);
        Assert.Equal("""{"a":[1,2.5,"x",null,true],"b":{"c":"1s","d":"2024-01-02T03:04:05Z"},"e":"aGk="}""", json!.ToJsonString());
        Assert.Null(CelEnvironment.Kubernetes.Compile("{1: 2}").Program!.Evaluate(new CelActivation()).Value.ToJson(out problem));
        Assert.Equal("type conversion error from 'int' to 'string'", problem);
    }

    private static CelActivation Values() => new CelActivation()
        .Set("self", CelValue.FromJson(JsonNode.Parse("""
            {"replicas":3,"ratio":2,"when":"2024-05-06T07:08:09Z","wait":"1m30s","data":"aGk=","namespace":"ns","x-y":"z","any":5,"labels":{"a":"b"},"set":["a","b"],
            "ports":[{"name":"a","port":80},{"name":"b","port":81}],"plain":[1,2]}
            """), s_self))
        .Set("oldSelf", CelValue.FromJson(JsonNode.Parse("""{"ports":[{"name":"b","port":81},{"name":"a","port":80}],"plain":[2,1]}"""), s_self));

    private sealed class Fields(Dictionary<string, CelField> fields) : ICelObjectType
    {
        public string Name => "self";

        public CelField? Field(string name) => fields.GetValueOrDefault(name);
    }
}
