using LiteKube.Admission.Matching;
using LiteKube.Admission.Plugins.Quotas;
using LiteKube.Admission.Webhooks;
using LiteKube.Api;
using LiteKube.Api.Schema;
using LiteKube.ApiServer.Access;
using LiteKube.ApiServer.Aggregation;
using LiteKube.ApiServer.Audit;
using LiteKube.ApiServer.Bootstrap;
using LiteKube.ApiServer.CustomResources;
using LiteKube.ApiServer.Discovery;
using LiteKube.ApiServer.Events;
using LiteKube.ApiServer.Fields;
using LiteKube.ApiServer.Hosting;
using LiteKube.ApiServer.Http;
using LiteKube.ApiServer.Kinds;
using LiteKube.ApiServer.Requests;
using LiteKube.ApiServer.Resources;
using LiteKube.ApiServer.Services;
using LiteKube.ApiServer.Storage;
using LiteKube.ApiServer.Streaming;
using LiteKube.ApiServer.Subresources;
using LiteKube.ApiServer.Tables;
using LiteKube.ApiServer.Transport;
using LiteKube.ApiServer.Verbs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace LiteKube.ApiServer;

public static class ApiServerServices
{
    /// <summary>
    /// Registers the API server as a hosted service, <see cref="LocalApi"/>, <see cref="IApiServerReady"/> and <see cref="IObjectReader"/>.
    /// Needs an <see cref="LiteKube.Store.IStore"/>, AddSecurity and AddAdmission.
    /// </summary>
    public static IServiceCollection AddApiServer(this IServiceCollection services, ApiServerOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        AddStorage(services);
        AddVerbs(services);
        AddSubresources(services);
        AddHttp(services);
        AddStreaming(services);
        AggregationServices.Add(services);
        AccessServices.Add(services);
        services.AddSingleton(p => new LocalApi(p.GetRequiredService<ResourceRegistry>(), p.GetRequiredService<ApiDispatcher>(), p.GetRequiredService<AuditTrail>()));
        services.AddSingleton<ReadySignal>();
        services.AddSingleton<IApiServerReady>(p => p.GetRequiredService<ReadySignal>());
        services.AddSingleton<BootstrapWriter>();
        services.AddSingleton<ClusterInfo>();
        services.AddSingleton<ClusterBootstrap>();
        // Before the socket opens, so that the first request finds what was defined before.
        services.AddSingleton<IHostedService, DefinitionController>();
        services.AddSingleton<IHostedService, ApiServerService>();
        services.AddSingleton<IHostedService, EndpointKeeper>();
        services.AddSingleton<IHostedService, AddressRecordKeeper>();
        services.AddSingleton<IHostedService, EventSweeper>();
        return services;
    }

    private static void AddStorage(IServiceCollection services)
    {
        services.AddSingleton<ObjectStorage>();
        services.AddSingleton<PrefixFollower>();
        services.AddSingleton<AddressRecords>();
        services.AddSingleton<ServiceAllocator>();
        services.AddSingleton<DefaultServiceCidr>();
        services.AddSingleton<KubernetesService>();
        services.AddSingleton<PodStrategy>();
        services.AddSingleton<ServiceStrategy>();
        services.AddSingleton<AddressStrategy>();
        services.AddSingleton<DefinitionProgress>();
        services.AddSingleton<CustomResourceDefinitionStrategy>();
        services.AddSingleton<CustomResourceFactory>();
        services.AddSingleton<DefinitionStatusWriter>();
        services.AddSingleton<InstanceCleaner>();
        services.AddSingleton<KindStrategies>();
        services.AddSingleton(p => new ResourceRegistry(ApiSchema.Current, p.GetRequiredService<KindStrategies>()));
        services.AddSingleton(p => new Lazy<ResourceRegistry>(p.GetRequiredService<ResourceRegistry>));
        services.AddSingleton<IObjectReader, StoreObjectReader>();
        services.AddSingleton<IResourceForms, ServedForms>();
        services.AddSingleton<IQuotaStatusWriter, QuotaStatusWriter>();
    }

    private static void AddVerbs(IServiceCollection services)
    {
        services.AddSingleton<BodyDecoder>();
        services.AddSingleton<Admitter>();
        services.AddSingleton<ObjectRules>();
        services.AddSingleton<FieldTracker>();
        services.AddSingleton<PatchParser>();
        services.AddSingleton<ListSnapshot>();
        services.AddSingleton<WatchStarter>();
        services.AddSingleton<ObjectCreator>();
        services.AddSingleton<ObjectUpdater>();
        services.AddSingleton<ObjectDeleter>();
        services.AddSingleton<CollectionDeleter>();
        services.AddSingleton<ApiDispatcher>();
    }

    private static void AddSubresources(IServiceCollection services)
    {
        services.AddSingleton<SubresourceRegistry>();
        services.AddSingleton<ISubresource, PartSubresource>();
        services.AddSingleton<ISubresource, ScaleSubresource>();
        services.AddSingleton<ISubresource, BindingSubresource>();
        services.AddSingleton<ISubresource, EvictionSubresource>();
        services.AddSingleton<ISubresource, TokenSubresource>();
        services.AddSingleton<ISubresource, AccessReviews>();
        services.AddSingleton<ISubresource, IdentityReviews>();
    }

    private static void AddStreaming(IServiceCollection services)
    {
        services.TryAddSingleton<IBackendDialer, TcpDialer>();
        services.AddSingleton<BackendConnections>();
        services.AddSingleton<UpgradeTunnel>();
        services.AddSingleton<HttpForwarder>();
        services.AddSingleton<NodeBackends>();
        services.AddSingleton<ProxyBackends>();
        services.AddSingleton<IServiceDialer, ServiceDialer>();
        services.AddSingleton<WebSocketLog>();
        services.AddSingleton<IConnect, LogConnect>();
        services.AddSingleton<IConnect, StreamConnect>();
        services.AddSingleton<IConnect, ProxyConnect>();
        services.AddSingleton<ConnectRoutes>();
    }

    private static void AddHttp(IServiceCollection services)
    {
        services.AddSingleton<TableWriter>();
        services.AddSingleton(_ => new FlushPace(TimeProvider.System));
        services.AddSingleton<WatchWriter>();
        services.AddSingleton(_ => new ListBodies(TimeProvider.System));
        services.AddSingleton<ResultWriter>();
        services.AddSingleton<RequestIdentity>();
        services.AddSingleton<DiscoveryPaths>();
        services.AddSingleton<HealthPaths>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<OpenApiPaths>();
        services.AddSingleton<DocumentPaths>();
        services.AddSingleton(p => new EncryptionPaths(p.GetService<LiteKube.Store.IStoreEncryption>()));
        services.AddSingleton<PathRoutes>();
        services.AddSingleton<HttpFrontEnd>();
        services.AddSingleton<HttpApplication>();
    }
}
