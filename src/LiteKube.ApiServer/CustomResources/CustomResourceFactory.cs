using System.Text.Json.Nodes;
using LiteKube.Admission.Webhooks;
using LiteKube.Api.Codecs;
using LiteKube.Api.CustomResources;
using LiteKube.Api.Validation;
using LiteKube.ApiServer.CustomResources.Rules;
using LiteKube.ApiServer.Resources;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>Makes of a definition what serves it.</summary>
internal sealed class CustomResourceFactory(WebhookClient webhooks)
{
    private static readonly NoConversion s_none = new();

    /// <param name="writes">Of the definition before this version of it, so that the count goes on.</param>
    public CustomResource Make(JsonObject definition, WriteCount? writes) => new(
        CustomKind.Of(definition, kind => CustomRules.Compile(kind.Root)),
        ConversionOf(definition.Object("spec").Object("conversion")),
        writes ?? new WriteCount());

    private IVersionConversion ConversionOf(JsonObject? conversion)
    {
        if (conversion.String("strategy") != "Webhook" || conversion.Object("webhook").Object("clientConfig") is not { } config)
            return s_none;
        var bundle = config.String("caBundle") is { Length: > 0 } text ? Convert.FromBase64String(text) : null;
        if (bundle is not null && CaBundle.ProblemOf(bundle) is { } problem)
            throw new InvalidDataException($"spec.conversion.webhook.clientConfig.caBundle: {problem}");
        var endpoint = config.Object("service") is { } service
            ? WebhookEndpoint.OfService(service.String("namespace") ?? "", service.String("name") ?? "", (int?)service.Long("port"), service.String("path"), bundle)
            : WebhookEndpoint.OfUrl(config.String("url") ?? "", bundle);
        var version = (conversion.Object("webhook").Array("conversionReviewVersions") ?? []).Select(v => v.AsString()).FirstOrDefault(v => v is "v1" or "v1beta1") ?? "v1";
        return new WebhookConversion(webhooks, endpoint, version);
    }
}
