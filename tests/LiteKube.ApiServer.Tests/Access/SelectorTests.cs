using System.Text;
using LiteKube.Api.Authorization.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Access;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Subresources;
using LiteKube.ApiServer.Tests.Hosting;
using LiteKube.Cel;
using LiteKube.Security.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.ApiServer.Tests.Access;

/// <summary>The selectors of a request are part of what it asks for.</summary>
[Collection(ApiHostCollection.Name)]
public sealed class SelectorTests(ApiHost host)
{
    private const string Reviews = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

    [Fact]
    public void An_expression_asks_with_its_selectors()
    {
        var recorder = new Recorder();
        var authorizer = new ExpressionAuthorizer(recorder).For(UserInfo.Of("jane"), CancellationToken.None);
        authorizer.Check(new CelAccessCheck("list") { Resource = "pods", FieldSelector = "spec.nodeName=a", LabelSelector = "x in (y)" });
        authorizer.Check(new CelAccessCheck("list") { Resource = "pods", FieldSelector = "spec.nodeName=a", LabelSelector = "x in (z)" });
        Assert.Equal([("spec.nodeName=a", "x in (y)"), ("spec.nodeName=a", "x in (z)")], recorder.Asked.Select(a => (a.FieldSelector, a.LabelSelector)));
    }

    [Theory]
    [InlineData(""" "fieldSelector":{"rawSelector":"spec.nodeName=n1"} """, "spec.nodeName=n1", null)]
    [InlineData(""" "fieldSelector":{"requirements":[{"key":"a","operator":"In","values":["b"]},{"key":"c","operator":"NotIn","values":["d"]},{"key":"e","operator":"In","values":["f","g"]}]} """, "a=b,c!=d", null)]
    [InlineData(""" "fieldSelector":{"requirements":[{"key":"a","operator":"Newer","values":["b"]}]} """, null, null)]
    [InlineData(""" "labelSelector":{"rawSelector":"a in (b,c)"} """, null, "a in (b,c)")]
    [InlineData(""" "labelSelector":{"requirements":[{"key":"a","operator":"In","values":["b","c"]},{"key":"d","operator":"NotIn","values":["e"]},{"key":"f","operator":"Exists"},{"key":"g","operator":"DoesNotExist"}]} """, null, "a in (b,c),d notin (e),f,!g")]
    public async Task A_review_asks_with_its_selectors(string selector, string? fields, string? labels)
    {
        var recorder = new Recorder();
        var reviews = new AccessReviews(recorder, host.Services.GetRequiredService<BodyDecoder>());
        var request = new ApiRequest
        {
            User = UserInfo.Of("jane"),
            Verb = "create",
            Resource = host.Services.GetRequiredService<ResourceRegistry>().Get(SubjectAccessReview.Resource),
            Body = new RequestBody(Encoding.UTF8.GetBytes(Node(selector)), "application/json"),
        };
        await reviews.HandleAsync(request, CancellationToken.None);
        var asked = Assert.Single(recorder.Asked);
        Assert.Equal((fields, labels), (asked.FieldSelector, asked.LabelSelector));
    }

    [Theory]
    [InlineData("\"fieldSelector\":{}", "spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required")]
    [InlineData("\"labelSelector\":{\"rawSelector\":\"a\",\"requirements\":[{\"key\":\"a\",\"operator\":\"Exists\"}]}", "spec.resourceAttributes.labelSelector.rawSelector: Invalid value: \"a\": may not specified at the same time as requirements")]
    [InlineData("\"labelSelector\":{\"requirements\":[{\"key\":\"a\",\"operator\":\"In\"}]}", "spec.resourceAttributes.labelSelector.requirements[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'")]
    [InlineData("\"fieldSelector\":{\"requirements\":[{\"key\":\"a\",\"operator\":\"Exists\",\"values\":[\"b\"]}]}", "spec.resourceAttributes.fieldSelector.requirements[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    public async Task A_selector_that_says_nothing_or_two_things_is_refused(string selector, string error)
    {
        var refused = (await host.Admin.PostAsync(Reviews, Node(selector))).Expect(422);
        Assert.Contains(error, refused.Message);
    }

    [Fact]
    public async Task A_review_names_whom_and_what_it_asks_for()
    {
        var nobody = (await host.Admin.PostAsync(Reviews, """{"spec":{"resourceAttributes":{"verb":"get"}}}""")).Expect(422);
        Assert.Contains("spec.user: Invalid value: \"\": at least one of user or group must be specified", nobody.Message);
        var nothing = (await host.Admin.PostAsync(Reviews, """{"spec":{"user":"jane"}}""")).Expect(422);
        Assert.Contains("spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified", nothing.Message);
        var both = (await host.Admin.PostAsync(Reviews, """{"spec":{"user":"jane","resourceAttributes":{},"nonResourceAttributes":{}}}""")).Expect(422);
        Assert.Contains("cannot be specified in combination with resourceAttributes", both.Message);
    }

    private static string Node(string selector) =>
        $$$"""{"spec":{"user":"system:node:n1","groups":["system:nodes"],"resourceAttributes":{"verb":"list","resource":"pods",{{{selector}}} } } }""";

    private sealed class Recorder : IAuthorizer
    {
        public List<AuthorizationAttributes> Asked { get; } = [];

        public ValueTask<AuthorizationDecision> AuthorizeAsync(AuthorizationAttributes attributes, CancellationToken cancellationToken)
        {
            Asked.Add(attributes);
            return new(new AuthorizationDecision(true, ""));
        }

        public ValueTask<UserRules> RulesForAsync(UserInfo user, string ns, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
