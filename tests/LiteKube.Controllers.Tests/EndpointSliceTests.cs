using LiteKube.Api;
using LiteKube.Api.Core.V1;
using LiteKube.Api.Discovery.V1;
using LiteKube.Api.Meta.V1;
using LiteKube.Client;
using LiteKube.Testing;
using static LiteKube.Controllers.Tests.ControllerCluster;

namespace LiteKube.Controllers.Tests;

public sealed class EndpointSliceTests
{
    private const string ManagedBy = "endpointslice.kubernetes.io/managed-by";

    [Fact]
    public async Task Ready_pods_are_ready_endpoints_with_their_ports_by_name()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("web", new ServicePort { Name = "http", Port = 80, TargetPort = "http", Protocol = "TCP" }));
        var pod = cluster.Api.Add(PodOf("web-1", "web", ("http", 8080)));
        cluster.MakeReady(pod, "10.42.0.5");

        var slice = await SliceAsync(cluster, "web", s => s.Endpoints.Count == 1 && s.Endpoints[0].Conditions!.Ready == true, "the pod is in it");

        Assert.Equal(("IPv4", "10.42.0.5", "node"), (slice.AddressType, slice.Endpoints[0].Addresses.Single(), slice.Endpoints[0].NodeName));
        Assert.Equal(("http", 8080, "TCP"), (slice.Ports.Single().Name, slice.Ports[0].Port, slice.Ports[0].Protocol));
        Assert.Equal((pod.Metadata.Uid, "Pod"), (slice.Endpoints[0].TargetRef!.Uid, slice.Endpoints[0].TargetRef!.Kind));
        Assert.Equal(("web", "endpointslice-controller.k8s.io"), (slice.Metadata.Labels["kubernetes.io/service-name"], slice.Metadata.Labels[ManagedBy]));
        Assert.Equal("Service", slice.Metadata.OwnerReferences.Single().Kind);
        var endpoints = await cluster.UntilAsync<Endpoints>(Default, "web", e => e.Subsets.Count == 1, "Endpoints too");
        Assert.Equal(("10.42.0.5", 8080), (endpoints.Subsets[0].Addresses.Single().Ip, endpoints.Subsets[0].Ports.Single().Port));
    }

    [Fact]
    public async Task A_pod_that_is_not_ready_or_terminates_stays_listed_and_says_so()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("web"));
        var pod = cluster.Api.Add(PodOf("web-1", "web"));
        cluster.MakeReady(pod);
        await SliceAsync(cluster, "web", s => s.Endpoints.Any(e => e.Conditions!.Ready == true), "ready");

        cluster.MakeUnready(pod);
        await SliceAsync(cluster, "web", s => s.Endpoints.Single().Conditions is { Ready: false, Serving: false, Terminating: false }, "not ready");
        var endpoints = await cluster.UntilAsync<Endpoints>(Default, "web", e => e.Subsets.Any(s => s.NotReadyAddresses.Count == 1), "in Endpoints as well");
        Assert.Empty(endpoints.Subsets.Single().Addresses);

        cluster.MakeReady(pod);
        cluster.Api.Delete<Pod>(Default, "web-1");
        await SliceAsync(cluster, "web", s => s.Endpoints.Single().Conditions is { Ready: false, Serving: true, Terminating: true }, "terminating, and still serving");
        await cluster.UntilAsync<Endpoints>(Default, "web", e => e.Subsets.Count == 0, "no longer in Endpoints");
        cluster.FinishDeletions();
        await SliceAsync(cluster, "web", s => s.Endpoints.Count == 0, "gone");
    }

    [Fact]
    public async Task PublishNotReadyAddresses_makes_all_ready()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("web") with { Spec = ServiceOf("web").Spec with { PublishNotReadyAddresses = true } });
        var pod = cluster.Api.Add(PodOf("web-1", "web"));
        cluster.MakeReady(pod);
        cluster.MakeUnready(pod);

        await SliceAsync(cluster, "web", s => s.Endpoints.Any(e => e.Conditions is { Ready: true, Serving: false }), "ready though it is not");
    }

    [Fact]
    public async Task A_headless_service_without_ports_names_its_pods()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("db") with { Spec = new ServiceSpec { ClusterIP = "None", Selector = Labels("db"), IpFamilies = ["IPv4"] } });
        var pod = cluster.Api.Add(PodOf("db-0", "db") with { Spec = PodOf("db-0", "db").Spec with { Hostname = "db-0", Subdomain = "db" } });
        cluster.MakeReady(pod);

        var slice = await SliceAsync(cluster, "db", s => s.Endpoints.Count == 1, "the pod is in it");

        Assert.Equal("db-0", slice.Endpoints[0].Hostname);
        Assert.True(slice.Metadata.Labels.ContainsKey("service.kubernetes.io/headless"));
    }

    [Fact]
    public async Task Pods_whose_named_port_differs_are_in_different_slices()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("web", new ServicePort { Name = "http", Port = 80, TargetPort = "http", Protocol = "TCP" }));
        cluster.MakeReady(cluster.Api.Add(PodOf("a", "web", ("http", 8080))), "10.42.0.1");
        cluster.MakeReady(cluster.Api.Add(PodOf("b", "web", ("http", 9090))), "10.42.0.2");

        await cluster.UntilAsync(() => Slices(cluster, "web").Select(s => s.Ports.FirstOrDefault()?.Port).Order().SequenceEqual([8080, 9090]), "one slice a port");

        await cluster.UntilAsync(() => cluster.Api.Find<Endpoints>(Default, "web")?.Subsets.Count == 2, "two subsets");
    }

    [Fact]
    public async Task Endpoints_that_the_cache_has_not_seen_yet_are_looked_at_again()
    {
        await using var cluster = await StartAsync();
        cluster.MakeReady(cluster.Api.Add(PodOf("a", "web", ("http", 8080))), "10.42.0.1");
        var made = false;
        cluster.Api.Refuse = request =>
        {
            if (!made && request is { Verb: WriteVerb.Create, Resource.Plural: "endpoints" })
            {
                made = true;
                cluster.Api.Add(new Endpoints { Metadata = new ObjectMeta { Namespace = Default, Name = "web", Labels = new Dictionary<string, string> { ["endpoints.kubernetes.io/managed-by"] = "endpoint-controller" } } });
            }

            return null;
        };

        cluster.Api.Add(ServiceOf("web", new ServicePort { Name = "http", Port = 80, TargetPort = "http", Protocol = "TCP" }));

        await cluster.UntilAsync<Endpoints>(Default, "web", e => e.Subsets.Count == 1, "the pod is in it");
        Assert.True(made);
    }

    [Fact]
    public async Task A_slice_holds_a_hundred_and_stays_when_others_change()
    {
        await using var cluster = await StartAsync(api =>
        {
            for (var i = 0; i < 150; i++)
                api.Add(PodOf($"p{i:d3}", "web") with { Status = new PodStatus { Phase = "Running", PodIP = $"10.42.0.{i}", PodIPs = [new PodIP { Ip = $"10.42.0.{i}" }] } });
        });
        cluster.Api.Add(ServiceOf("web"));
        await cluster.UntilAsync(() => Slices(cluster, "web").Sum(s => s.Endpoints.Count) == 150, "all are listed");
        Assert.Equal([50, 100], Slices(cluster, "web").Select(s => s.Endpoints.Count).Order());
        await cluster.SettleAsync();
        var full = Slices(cluster, "web").Single(s => s.Endpoints.Count == 100);
        var other = Slices(cluster, "web").Single(s => s.Endpoints.Count == 50).Endpoints[0].TargetRef!.Name!;

        cluster.Api.Delete<Pod>(Default, other);
        await cluster.UntilAsync(() => Slices(cluster, "web").Sum(s => s.Endpoints.Count) == 149, "one less");
        await cluster.SettleAsync();

        Assert.Equal(full.Metadata.ResourceVersion, cluster.Api.Find<EndpointSlice>(Default, full.Metadata.Name!)!.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_service_without_pods_has_one_empty_slice_and_one_without_selector_none_of_ours()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("empty"));
        cluster.Api.Add(ServiceOf("manual") with { Spec = ServiceOf("manual").Spec with { Selector = new Dictionary<string, string>() } });
        cluster.Api.Add(new EndpointSlice { Metadata = new ObjectMeta { Namespace = Default, Name = "mine", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "manual" } }, AddressType = "IPv4", Endpoints = [new Endpoint { Addresses = ["1.2.3.4"] }] });

        await SliceAsync(cluster, "empty", s => s.Endpoints.Count == 0, "a placeholder");
        await cluster.SettleAsync();

        Assert.Single(Slices(cluster, "empty"));
        Assert.Equal("mine", Slices(cluster, "manual").Single().Metadata.Name);
        Assert.Single(cluster.Api.Find<EndpointSlice>(Default, "mine")!.Endpoints);
    }

    [Fact]
    public async Task Slices_of_others_for_the_same_service_are_left_alone()
    {
        await using var cluster = await StartAsync(api => api.Add(new EndpointSlice
        {
            Metadata = new ObjectMeta { Namespace = Default, Name = "theirs", Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = "web", [ManagedBy] = "somebody" } },
            AddressType = "IPv4",
            Endpoints = [new Endpoint { Addresses = ["1.2.3.4"] }],
        }));
        cluster.Api.Add(ServiceOf("web"));

        await cluster.UntilAsync(() => Slices(cluster, "web").Count == 2, "ours is beside it");
        await cluster.SettleAsync();

        Assert.Single(cluster.Api.Find<EndpointSlice>(Default, "theirs")!.Endpoints);
    }

    [Fact]
    public async Task A_deleted_service_takes_slices_and_endpoints_with_it()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("web"));
        await cluster.UntilAsync(() => Slices(cluster, "web").Count == 1 && cluster.Api.Find<Endpoints>(Default, "web") is not null, "both are there");

        cluster.Api.Delete<Service>(Default, "web");

        await cluster.UntilAsync(() => Slices(cluster, "web").Count == 0 && cluster.Api.Find<Endpoints>(Default, "web") is null, "both are gone");
    }

    [Fact]
    public async Task A_slice_deleted_by_somebody_comes_back()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ServiceOf("web"));
        var slice = await SliceAsync(cluster, "web", _ => true, "there");

        cluster.Api.Delete<EndpointSlice>(Default, slice.Metadata.Name!);

        await SliceAsync(cluster, "web", s => s.Metadata.Uid != slice.Metadata.Uid, "another");
    }

    [Fact]
    public async Task Endpoints_written_by_hand_are_mirrored_as_slices()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(ByHand("db"));
        var endpoints = cluster.Api.Add(EndpointsOf("db", "10.1.2.3", "2001:db8::7") with { Metadata = new ObjectMeta { Namespace = Default, Name = "db", Labels = Labels("db") } });

        var slice = await SliceAsync(cluster, "db", s => s.AddressType == "IPv4", "the addresses of one family");
        var other = await SliceAsync(cluster, "db", s => s.AddressType == "IPv6", "and of the other");

        Assert.Equal(("10.1.2.3", true), (slice.Endpoints.Single().Addresses.Single(), slice.Endpoints[0].Conditions!.Ready));
        Assert.Equal("2001:db8::7", other.Endpoints.Single().Addresses.Single());
        Assert.Equal(("http", 5432, "TCP"), (slice.Ports.Single().Name, slice.Ports[0].Port, slice.Ports[0].Protocol));
        Assert.Equal(("endpointslicemirroring-controller.k8s.io", "db"), (slice.Metadata.Labels[ManagedBy], slice.Metadata.Labels["app"]));
        Assert.Equal(("Endpoints", endpoints.Metadata.Uid), (slice.Metadata.OwnerReferences.Single().Kind, slice.Metadata.OwnerReferences[0].Uid));

        cluster.Api.Change<Endpoints>(Default, "db", e => e with { Subsets = EndpointsOf("db", "10.2.3.4").Subsets });
        await cluster.UntilAsync(() => Slices(cluster, "db") is [var only] && only.Endpoints is [{ Addresses: ["10.2.3.4"] }], "the change is followed");
        cluster.Api.Delete<Endpoints>(Default, "db");
        await cluster.UntilAsync(() => Slices(cluster, "db").Count == 0, "gone with it");
    }

    [Fact]
    public async Task Endpoints_are_not_mirrored_without_a_service_or_where_they_say_so()
    {
        await using var cluster = await StartAsync();
        cluster.Api.Add(EndpointsOf("lonely", "10.1.2.3"));
        cluster.Api.Add(ByHand("skipped"));
        cluster.Api.Add(EndpointsOf("skipped", "10.1.2.3") with { Metadata = new ObjectMeta { Namespace = Default, Name = "skipped", Labels = new Dictionary<string, string> { ["endpointslice.kubernetes.io/skip-mirror"] = "true" } } });
        cluster.Api.Add(ByHand("last"));
        cluster.Api.Add(EndpointsOf("last", "10.1.2.3"));
        await SliceAsync(cluster, "last", _ => true, "one that is");
        await cluster.SettleAsync();

        Assert.Empty(Slices(cluster, "lonely"));
        Assert.Empty(Slices(cluster, "skipped"));
        cluster.Api.Add(ByHand("lonely"));
        await SliceAsync(cluster, "lonely", _ => true, "its service came");
    }

    private static Service ByHand(string name) => ServiceOf(name) with { Spec = new ServiceSpec { ClusterIP = "10.43.0.78", Ports = [new ServicePort { Name = "http", Port = 80, Protocol = "TCP" }] } };

    private static Endpoints EndpointsOf(string name, params string[] addresses) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name },
        Subsets = [new EndpointSubset { Addresses = [.. addresses.Select(a => new EndpointAddress { Ip = a })], Ports = [new Api.Core.V1.EndpointPort { Name = "http", Port = 5432, Protocol = "TCP" }] }],
    };

    private static List<EndpointSlice> Slices(FakeCluster cluster, string service) =>
        [.. cluster.Api.All<EndpointSlice>(Default).Where(s => s.Metadata.Labels.GetValueOrDefault("kubernetes.io/service-name") == service)];

    private static async Task<EndpointSlice> SliceAsync(FakeCluster cluster, string service, Func<EndpointSlice, bool> condition, string what)
    {
        await cluster.UntilAsync(() => Slices(cluster, service).Any(condition), what);
        return Slices(cluster, service).First(condition);
    }

    private static Service ServiceOf(string name, params ServicePort[] ports) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name },
        Spec = new ServiceSpec
        {
            ClusterIP = "10.43.0.77",
            IpFamilies = ["IPv4"],
            Selector = Labels(name),
            Ports = ports.Length > 0 ? ports : [new ServicePort { Name = "http", Port = 80, TargetPort = 8080, Protocol = "TCP" }],
        },
    };

    private static Pod PodOf(string name, string app, params (string Name, int Number)[] ports) => new()
    {
        Metadata = new ObjectMeta { Namespace = Default, Name = name, Labels = Labels(app) },
        Spec = new PodSpec { Containers = [new Container { Name = "main", Image = "web:1", Ports = [.. ports.Select(p => new ContainerPort { Name = p.Name, ContainerPortValue = p.Number, Protocol = "TCP" })] }] },
    };
}
