namespace LiteKube.Admission;

internal sealed class AdmissionChain(IEnumerable<IAdmissionPlugin> plugins, AdmissionOptions options) : IAdmissionChain
{
    private readonly IAdmissionPlugin[] _plugins = [.. plugins.Where(options.Enables)];

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        await RunAsync(request, cancellationToken);
        if (!request.Reinvocation.IsWanted || request.Reinvocation.IsSecondRun)
            return;
        request.Reinvocation.IsSecondRun = true;
        await RunAsync(request, cancellationToken);
    }

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        foreach (var plugin in _plugins)
        {
            if (plugin.Handles(request))
                await plugin.ValidateAsync(request, cancellationToken);
        }
    }

    private async ValueTask RunAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        foreach (var plugin in _plugins)
        {
            if (plugin.Handles(request))
                await plugin.MutateAsync(request, cancellationToken);
        }
    }
}
