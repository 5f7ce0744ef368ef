using LiteKube.Api.Meta.V1;
using LiteKube.Api.Selectors;

namespace LiteKube.Api.Tests.Selectors;

public class LabelMatcherTests
{
    private static Dictionary<string, string> Labels(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);

    [Theory]
    [InlineData("", "", true)]
    [InlineData("a=b", "a=b", true)]
    [InlineData("a==b", "a=b", true)]
    [InlineData("a = b", "a=b", true)]
    [InlineData("a=b", "a=c", false)]
    [InlineData("a=b", "", false)]
    [InlineData("a!=b", "a=c", true)]
    [InlineData("a!=b", "a=b", false)]
    [InlineData("a!=b", "", true)]
    [InlineData("a=", "a=", true)]
    [InlineData("a=,b=c", "a=,b=c", true)]
    [InlineData("a in (x,y)", "a=y", true)]
    [InlineData("a in (x, y)", "a=z", false)]
    [InlineData("a in (x,,y)", "a=", true)]
    [InlineData("a in ()", "a=", false, true)]
    [InlineData("a notin (x,y)", "a=z", true)]
    [InlineData("a notin (x,y)", "", true)]
    [InlineData("a notin (x,y)", "a=x", false)]
    [InlineData("a", "a=", true)]
    [InlineData("a", "", false)]
    [InlineData("!a", "", true)]
    [InlineData("! a", "a=1", false)]
    [InlineData("a>1", "a=2", true)]
    [InlineData("a>1", "a=1", false)]
    [InlineData("a<1", "a=0", true)]
    [InlineData("a<1", "a=x", false)]
    [InlineData("a=b,c!=d,e in (x,y),f notin (z),g,!h", "a=b,e=x,g=1", true)]
    [InlineData("a=b,c!=d,e in (x,y),f notin (z),g,!h", "a=b,e=x,g=1,h=2", false)]
    [InlineData("in in (in,notin)", "in=notin", true)]
    [InlineData("example.com/a=b", "example.com/a=b", true)]
    public void Matches(string selector, string labels, bool expected, bool refused = false)
    {
        if (refused)
        {
            Assert.Throws<ApiException>(() => LabelMatcher.Parse(selector));
            return;
        }

        var matcher = LabelMatcher.Parse(selector);
        Assert.Equal(expected, matcher.Matches(Labels(labels)));
        Assert.Equal(expected, LabelMatcher.Parse(matcher.ToString()).Matches(Labels(labels)));
    }

    [Theory]
    [InlineData("a=b,", "found '', expected: identifier after ','")]
    [InlineData("=b", "found '=', expected: !, identifier, or 'end of string'")]
    [InlineData("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("a=b c", "found 'c', expected: ',' or 'end of string'")]
    [InlineData("a in x", "unable to parse requirement: found 'x' expected: '('")]
    [InlineData("a in (x", "unable to parse requirement: found '', expected: ',' or ')'")]
    [InlineData("a>x", "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an integer")]
    [InlineData("!", "unable to parse requirement: found '', expected: identifier")]
    [InlineData("-a=b", "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')")]
    public void Parse_Malformed_IsBadRequestInKubernetesWords(string selector, string message)
    {
        var e = Assert.Throws<ApiException>(() => LabelMatcher.Parse(selector));
        Assert.Equal(StatusReason.BadRequest, e.Reason);
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void Of_AbsentSelectsNothing_EmptySelectsEverything()
    {
        Assert.False(LabelMatcher.Of((LabelSelector?)null).Matches(Labels("a=b")));
        Assert.True(LabelMatcher.Of(new LabelSelector()).Matches(Labels("a=b")));
    }

    [Fact]
    public void Of_LabelsAndExpressions_MustAllHold()
    {
        var matcher = LabelMatcher.Of(new LabelSelector
        {
            MatchLabels = new Dictionary<string, string> { ["a"] = "b" },
            MatchExpressions = [new LabelSelectorRequirement { Key = "c", Operator = "NotIn", Values = ["x"] }, new LabelSelectorRequirement { Key = "d", Operator = "Exists" }],
        });
        Assert.True(matcher.Matches(Labels("a=b,d=1")));
        Assert.False(matcher.Matches(Labels("a=b")));
        Assert.False(matcher.Matches(Labels("a=b,c=x,d=1")));
        Assert.Equal("a=b,c!=x,d", matcher.ToString());
    }
}
