using System.Net;
using System.Text.Json.Nodes;
using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Api.Security;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Verbs;

namespace LiteKube.ApiServer.Services;

/// <summary>The Service default/kubernetes by which pods reach this server, and its one endpoint. Written only where it differs from what is there.</summary>
internal sealed class KubernetesService(ResourceRegistry registry, ObjectCreator creator, ObjectUpdater updater, ApiServerOptions options)
{
    private const string Name = "kubernetes";
    private const string Namespace = "default";

    private static readonly UserInfo s_self = UserInfo.Of("system:apiserver", UserInfo.MastersGroup);

    public async Task EnsureAsync(int port, CancellationToken cancellationToken)
    {
        var address = options.AdvertiseAddress();
        await EnsureAsync(Service.Resource, KubeObject.Of(ServiceObject(port)), cancellationToken);
        await EnsureAsync(Endpoints.Resource, KubeObject.Of(EndpointsObject(address, port)), cancellationToken);
        await EnsureAsync(EndpointSlice.Resource, KubeObject.Of(SliceObject(address, port)), cancellationToken);
    }

    private async Task EnsureAsync(ResourceType type, KubeObject wanted, CancellationToken cancellationToken)
    {
        var resource = registry.Get(type);
        try
        {
            await creator.CreateAsync(new ApiRequest { User = s_self, Verb = "create", Resource = resource, Namespace = Namespace }, wanted.ToTree(), cancellationToken);
        }
        catch (ApiException e) when (e.Reason == StatusReason.AlreadyExists)
        {
            var request = new ApiRequest { User = s_self, Verb = "update", Resource = resource, Namespace = Namespace, Name = Name };
            await updater.UpdateAsync(request, current => Merged(current, wanted.ToTree()), resource.Strategy.PrepareForUpdate, cancellationToken);
        }
    }

    private static JsonObject Merged(JsonObject current, JsonObject wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (name != "metadata" && name != "spec")
                current[name] = value?.DeepClone();
        }

        if (wanted["spec"] is JsonObject spec && current["spec"] is JsonObject own)
        {
            foreach (var (name, value) in spec)
                own[name] = value?.DeepClone();
        }

        return current;
    }

    private Service ServiceObject(int port) => new()
    {
        Metadata = new ObjectMeta { Name = Name, Namespace = Namespace, Labels = new Dictionary<string, string> { ["component"] = "apiserver", ["provider"] = "kubernetes" } },
        Spec = new ServiceSpec
        {
            Type = "ClusterIP",
            ClusterIP = FirstAddress(options.ServiceCidr).ToString(),
            ClusterIPs = [FirstAddress(options.ServiceCidr).ToString()],
            Ports = [new ServicePort { Name = "https", Port = 443, Protocol = "TCP", TargetPort = port }],
        },
    };

    private static Endpoints EndpointsObject(IPAddress address, int port) => new()
    {
        Metadata = new ObjectMeta { Name = Name, Namespace = Namespace, Labels = new Dictionary<string, string> { ["endpointslice.kubernetes.io/skip-mirror"] = "true" } },
        Subsets = [new EndpointSubset { Addresses = [new EndpointAddress { Ip = address.ToString() }], Ports = [new Api.Core.V1.EndpointPort { Name = "https", Port = port, Protocol = "TCP" }] }],
    };

    private static EndpointSlice SliceObject(IPAddress address, int port) => new()
    {
        Metadata = new ObjectMeta { Name = Name, Namespace = Namespace, Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = Name } },
        AddressType = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? "IPv4" : "IPv6",
        Endpoints = [new Endpoint { Addresses = [address.ToString()], Conditions = new EndpointConditions { Ready = true } }],
        Ports = [new Api.Discovery.V1.EndpointPort { Name = "https", Port = port, Protocol = "TCP" }],
    };

    private static IPAddress FirstAddress(IPNetwork network)
    {
        var bytes = network.BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new IPAddress(bytes);
    }
}
