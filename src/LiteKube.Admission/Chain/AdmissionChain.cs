using LiteKube.Admission.Metrics;

namespace LiteKube.Admission;

internal sealed class AdmissionChain : IAdmissionChain
{
    private readonly Step[] _steps;
    private readonly StepTimes _times;
    private readonly AdmissionMetrics _metrics;

    public AdmissionChain(IEnumerable<IAdmissionPlugin> plugins, AdmissionOptions options, AdmissionMetrics metrics)
    {
        _steps = [.. plugins.Where(options.Enables).Select(p => new Step(p, metrics.OfPlugin(p.Name)))];
        _times = metrics.OfChain();
        _metrics = metrics;
    }

    public async ValueTask MutateAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        await RunAsync(request, validates: false, cancellationToken);
        if (!request.Reinvocation.IsWanted || request.Reinvocation.IsSecondRun)
            return;
        request.Reinvocation.IsSecondRun = true;
        await RunAsync(request, validates: false, cancellationToken);
    }

    public ValueTask ValidateAsync(AdmissionRequest request, CancellationToken cancellationToken) => RunAsync(request, validates: true, cancellationToken);

    private async ValueTask RunAsync(AdmissionRequest request, bool validates, CancellationToken cancellationToken)
    {
        var begun = _metrics.Now();
        var rejected = true;
        try
        {
            foreach (var step in _steps)
            {
                if (step.Plugin.Handles(request))
                    await RunAsync(step, request, validates, cancellationToken);
            }

            rejected = false;
        }
        finally
        {
            _times.Observe(validates, request.Operation, rejected, _metrics.Since(begun));
        }
    }

    private async ValueTask RunAsync(Step step, AdmissionRequest request, bool validates, CancellationToken cancellationToken)
    {
        var begun = _metrics.Now();
        var rejected = true;
        try
        {
            await (validates ? step.Plugin.ValidateAsync(request, cancellationToken) : step.Plugin.MutateAsync(request, cancellationToken));
            rejected = false;
        }
        finally
        {
            step.Times.Observe(validates, request.Operation, rejected, _metrics.Since(begun));
        }
    }

    private sealed record Step(IAdmissionPlugin Plugin, StepTimes Times);
}
