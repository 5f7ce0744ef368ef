using System.Text;
using LiteKube.Api.Codecs;
using LiteKube.Api.Schema;
using LiteKube.Api.Selectors;

namespace LiteKube.Api.Tests.Selectors;

public class FieldMatcherTests
{
    private static readonly KindSchema s_pods = ApiSchema.Current.Find("", "v1", "pods")!;

    private const string Pod = """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"n"},"spec":{"containers":[{"name":"x"}],"nodeName":"node-1"},"status":{"phase":"Running"}}""";

    [Theory]
    [InlineData("", true)]
    [InlineData("metadata.name=p", true)]
    [InlineData("metadata.name==p,metadata.namespace=n", true)]
    [InlineData("metadata.name!=p", false)]
    [InlineData("spec.nodeName=node-1,status.phase=Running", true)]
    [InlineData("spec.nodeName=node-2", false)]
    [InlineData("spec.nodeName!=", true)]
    [InlineData("status.phase!=Succeeded,status.phase!=Failed", true)]
    [InlineData("spec.hostNetwork=false", true)]
    [InlineData("spec.hostNetwork=true", false)]
    [InlineData("status.podIP=", true)]
    [InlineData(@"metadata.name=a\,b", false)]
    public void Matches(string selector, bool expected)
    {
        var matcher = FieldMatcher.Parse(selector, s_pods);
        Assert.Equal(expected, matcher.Matches(JsonTree.Parse(Encoding.UTF8.GetBytes(Pod))));
        Assert.Equal(expected, matcher.Matches(new KubeObject(Encoding.UTF8.GetBytes(Pod))));
    }

    [Theory]
    [InlineData("", "v1", "pods", "spec.foo=a", "field label not supported: spec.foo")]
    [InlineData("", "v1", "configmaps", "data.a=b", "\"data.a\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")]
    [InlineData("batch", "v1", "jobs", "spec.x=b", "field label \"spec.x\" not supported for Job")]
    [InlineData("", "v1", "pods", "foo", "invalid selector: 'foo'; can't understand 'foo'")]
    public void Parse_Unsupported_IsBadRequest(string group, string version, string plural, string selector, string message)
    {
        var e = Assert.Throws<ApiException>(() => FieldMatcher.Parse(selector, ApiSchema.Current.Find(group, version, plural)!));
        Assert.Equal(StatusReason.BadRequest, e.Reason);
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void EventSource_FallsBackToTheReporter()
    {
        var events = ApiSchema.Current.Find("", "v1", "events")!;
        var matcher = FieldMatcher.Parse("source=kubelet,involvedObject.name=p", events);
        Assert.True(matcher.Matches(new KubeObject("""{"source":{"component":"kubelet"},"reportingComponent":"x","involvedObject":{"name":"p"}}"""u8.ToArray())));
        Assert.True(matcher.Matches(new KubeObject("""{"source":{},"reportingComponent":"kubelet","involvedObject":{"name":"p"}}"""u8.ToArray())));
        Assert.False(matcher.Matches(new KubeObject("""{"source":{"component":"y"},"reportingComponent":"kubelet","involvedObject":{"name":"p"}}"""u8.ToArray())));
    }

    [Fact]
    public void JobSuccess_IsSelectedUnderItsOldName()
    {
        var jobs = ApiSchema.Current.Find("batch", "v1", "jobs")!;
        Assert.True(FieldMatcher.Parse("status.successful=0", jobs).Matches(new KubeObject("{}"u8.ToArray())));
        Assert.True(FieldMatcher.Parse("status.successful=2", jobs).Matches(new KubeObject("""{"status":{"succeeded":2}}"""u8.ToArray())));
    }
}
