using System.Text.Json.Nodes;
using LiteKube.Admission.Tests.Webhooks;
using LiteKube.Admission.Plugins.Quotas;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.Testing.Objects;
using Microsoft.Extensions.DependencyInjection;

namespace LiteKube.Admission.Tests;

/// <summary>The chain over objects in memory, with a namespace <c>ns</c> and its default service account.</summary>
internal sealed class PluginFixture
{
    public IAdmissionChain Chain { get; }

    public PluginFixture(AdmissionOptions? options = null, TimeProvider? time = null)
    {
        Objects.Put(new Namespace { Metadata = new ObjectMeta { Name = "ns" } });
        Objects.Put(new ServiceAccount { Metadata = new ObjectMeta { Namespace = "ns", Name = "default" } });
        Quotas = new QuotaWriter(Objects);
        Chain = new ServiceCollection().AddLogging().AddSingleton(time ?? TimeProvider.System).AddSingleton<IObjectReader>(Objects).AddSingleton<IServiceDialer>(Dialer)
            .AddSingleton<IQuotaStatusWriter>(Quotas).AddSingleton<IAdmissionAuthorizer>(new Authorizer(Allowed)).AddAdmission(options ?? new AdmissionOptions()).BuildServiceProvider().GetRequiredService<IAdmissionChain>();
    }

    public FakeObjects Objects { get; } = new();

    /// <summary>What the user may beside the request itself: <c>approve signers example.com/*</c>.</summary>
    public HashSet<string> Allowed { get; } = [];

    public QuotaWriter Quotas { get; }

    public TestDialer Dialer { get; } = new();

    public UserInfo User { get; init; } = UserInfo.Of("alice");

    /// <summary>The object as it would be stored.</summary>
    public async Task<JsonObject> CreateAsync(ResourceType resource, string json, string subresource = "")
    {
        var tree = (JsonObject)JsonNode.Parse(json)!;
        var request = Request(AdmissionOperation.Create, resource, tree, null, subresource);
        await RunAsync(request);
        return request.Object!;
    }

    public async Task<JsonObject> UpdateAsync(ResourceType resource, string before, string after, string subresource = "")
    {
        var request = Request(AdmissionOperation.Update, resource, (JsonObject)JsonNode.Parse(after)!, (JsonObject)JsonNode.Parse(before)!, subresource);
        await RunAsync(request);
        return request.Object!;
    }

    public Task DeleteAsync(ResourceType resource, string json) => RunAsync(Request(AdmissionOperation.Delete, resource, null, (JsonObject)JsonNode.Parse(json)!));

    /// <summary>The message of the denial.</summary>
    public static async Task<string> DeniedAsync(Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<ApiException>(action);
        Assert.Equal(StatusReason.Forbidden, error.Reason);
        return error.Message;
    }

    public AdmissionRequest Request(AdmissionOperation operation, ResourceType resource, JsonObject? value, JsonObject? old = null, string subresource = "", bool dryRun = false)
    {
        var metadata = (value ?? old)!["metadata"] as JsonObject;
        return new AdmissionRequest
        {
            Operation = operation,
            Resource = resource,
            Subresource = subresource,
            Namespace = resource.Namespaced ? (string?)metadata?["namespace"] ?? "ns" : "",
            Name = (string?)metadata?["name"] ?? (operation == AdmissionOperation.Connect ? "p" : ""),
            Object = value,
            OldObject = old,
            User = User,
            DryRun = dryRun,
        };
    }

    private async Task RunAsync(AdmissionRequest request)
    {
        await Chain.MutateAsync(request, CancellationToken.None);
        // Twice, since webhooks may have it run again: the result must not change.
        var once = request.Object?.ToJsonString();
        await Chain.MutateAsync(request, CancellationToken.None);
        Assert.Equal(once, request.Object?.ToJsonString());
        await Chain.ValidateAsync(request, CancellationToken.None);
    }

    private sealed class Authorizer(HashSet<string> allowed) : IAdmissionAuthorizer
    {
        public ValueTask<bool> MayAsync(UserInfo user, AccessQuestion question, CancellationToken cancellationToken) =>
            new(allowed.Contains($"{question.Verb} {question.Resource}{(question.Subresource.Length > 0 ? "/" + question.Subresource : "")} {question.Name}"));
    }
}
