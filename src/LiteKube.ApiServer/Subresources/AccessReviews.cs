using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Authorization.V1;
using LiteKube.Api.Codecs;
using LiteKube.Api.Security;
using LiteKube.Api.Validation;
using LiteKube.ApiServer.Requests;
using LiteKube.Security.Authorization;

namespace LiteKube.ApiServer.Subresources;

/// <summary>"May …?": SubjectAccessReview, its self and local forms, and SelfSubjectRulesReview.</summary>
internal sealed class AccessReviews(IAuthorizer authorizer, BodyDecoder decoder) : ISubresource
{
    public IReadOnlyList<string> Paths { get; } =
    [
        "selfsubjectaccessreviews.authorization.k8s.io", "subjectaccessreviews.authorization.k8s.io", "localsubjectaccessreviews.authorization.k8s.io",
        "selfsubjectrulesreviews.authorization.k8s.io",
    ];

    public async ValueTask<ApiResult> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Verb != "create" || request.Name.Length > 0)
            throw new ApiException(StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource");
        var tree = decoder.Decode(request, request.Resource.Kind);
        Check(request, tree);
        var json = JsonTree.Write(tree);
        var answer = request.Resource.Type.Plural switch
        {
            "selfsubjectaccessreviews" => await SelfAsync(request, json, cancellationToken),
            "subjectaccessreviews" => await SubjectAsync(json, cancellationToken),
            "localsubjectaccessreviews" => await LocalAsync(request, json, cancellationToken),
            _ => await RulesAsync(request, json, cancellationToken),
        };
        return new ObjectResult(answer, null, 201);
    }

    private async ValueTask<KubeObject> SelfAsync(ApiRequest request, byte[] json, CancellationToken cancellationToken)
    {
        var review = JsonText.Parse<SelfSubjectAccessReview>(json);
        return KubeObject.Of(review with { Status = await DecideAsync(request.User, review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, cancellationToken) });
    }

    private async ValueTask<KubeObject> SubjectAsync(byte[] json, CancellationToken cancellationToken)
    {
        var review = JsonText.Parse<SubjectAccessReview>(json);
        return KubeObject.Of(review with { Status = await DecideAsync(UserOf(review.Spec), review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, cancellationToken) });
    }

    private async ValueTask<KubeObject> LocalAsync(ApiRequest request, byte[] json, CancellationToken cancellationToken)
    {
        var review = JsonText.Parse<LocalSubjectAccessReview>(json);
        if (review.Spec.ResourceAttributes is { } attributes && attributes.Namespace != request.Namespace)
            throw new ApiException(StatusReason.BadRequest, $"spec.resourceAttributes.namespace must match namespace: {request.Namespace}");
        return KubeObject.Of(review with { Status = await DecideAsync(UserOf(review.Spec), review.Spec.ResourceAttributes, review.Spec.NonResourceAttributes, cancellationToken) });
    }

    private async ValueTask<KubeObject> RulesAsync(ApiRequest request, byte[] json, CancellationToken cancellationToken)
    {
        var review = JsonText.Parse<SelfSubjectRulesReview>(json);
        if (string.IsNullOrEmpty(review.Spec.Namespace))
            throw new ApiException(StatusReason.BadRequest, "no namespace on request");
        var rules = await authorizer.RulesForAsync(request.User, review.Spec.Namespace, cancellationToken);
        return KubeObject.Of(review with
        {
            Status = new SubjectRulesReviewStatus { ResourceRules = rules.ResourceRules, NonResourceRules = rules.NonResourceRules, Incomplete = rules.Incomplete, EvaluationError = rules.EvaluationError },
        });
    }

    private async ValueTask<SubjectAccessReviewStatus> DecideAsync(UserInfo user, ResourceAttributes? resource, NonResourceAttributes? path, CancellationToken cancellationToken)
    {
        var attributes = resource is not null
            ? new AuthorizationAttributes
            {
                User = user, Verb = resource.Verb ?? "", ApiGroup = resource.Group ?? "", ApiVersion = resource.Version ?? "", Resource = resource.ResourceValue ?? "",
                Subresource = resource.Subresource ?? "", Namespace = resource.Namespace ?? "", Name = resource.Name ?? "", FieldSelector = SelectorOf(resource.FieldSelector),
                LabelSelector = SelectorOf(resource.LabelSelector),
            }
            : new AuthorizationAttributes { User = user, Verb = path!.Verb ?? "", Path = path.Path ?? "", IsResourceRequest = false };
        var decision = await authorizer.AuthorizeAsync(attributes, cancellationToken);
        return new SubjectAccessReviewStatus { Allowed = decision.Allowed, Reason = decision.Reason.Length == 0 ? null : decision.Reason };
    }

    /// <summary>As a list would have it. Requirements that no list can make narrow nothing, so they are left out.</summary>
    private static string? SelectorOf(FieldSelectorAttributes? selector)
    {
        if (selector is null)
            return null;
        if (!string.IsNullOrEmpty(selector.RawSelector))
            return selector.RawSelector;
        var parts = selector.Requirements.Where(r => r.Values.Count == 1 && r.Operator is "In" or "NotIn").Select(r => $"{r.Key}{(r.Operator == "In" ? "=" : "!=")}{r.Values[0]}").ToList();
        return parts.Count == 0 ? null : string.Join(',', parts);
    }

    private static string? SelectorOf(LabelSelectorAttributes? selector)
    {
        if (selector is null)
            return null;
        if (!string.IsNullOrEmpty(selector.RawSelector))
            return selector.RawSelector;
        var parts = selector.Requirements.Select(r => r.Operator switch
        {
            "In" => $"{r.Key} in ({string.Join(',', r.Values)})",
            "NotIn" => $"{r.Key} notin ({string.Join(',', r.Values)})",
            "Exists" => r.Key,
            "DoesNotExist" => "!" + r.Key,
            _ => null,
        }).OfType<string>().ToList();
        return parts.Count == 0 ? null : string.Join(',', parts);
    }

    /// <summary>What clients say of the status does not count.</summary>
    private static void Check(ApiRequest request, JsonObject tree)
    {
        var asked = new JsonObject { ["spec"] = tree.Object("spec")?.DeepClone() ?? new JsonObject() };
        if (Validator.Validate(request.Resource.Schema.Type, asked) is { Count: > 0 } errors)
            throw InvalidObject.Of(request.Resource.Schema, tree.Object("metadata").String("name") ?? "", errors);
    }

    private static UserInfo UserOf(SubjectAccessReviewSpec spec) => new(spec.User ?? "")
    {
        Uid = spec.Uid ?? "",
        Groups = spec.Groups,
        Extra = spec.Extra.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal),
    };
}
