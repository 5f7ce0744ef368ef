namespace LiteKube.Admission;

internal sealed class AdmissionChain(IEnumerable<IAdmissionPlugin> plugins, AdmissionOptions options) : IAdmissionChain
{
    private readonly IAdmissionPlugin[] _plugins = [.. plugins.Where(p => !options.Disabled.Contains(p.Name))];

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        foreach (var plugin in _plugins)
        {
            if (plugin.Handles(request))
                await plugin.MutateAsync(request, cancellationToken);
        }
    }

    public async ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        foreach (var plugin in _plugins)
        {
            if (plugin.Handles(request))
                await plugin.ValidateAsync(request, cancellationToken);
        }
    }
}
