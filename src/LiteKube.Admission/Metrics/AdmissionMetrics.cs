using System.Globalization;

namespace LiteKube.Admission.Metrics;

/// <summary>How the chain, webhooks and policies fared, by the names that Kubernetes uses. (https://kubernetes.io/docs/reference/instrumentation/metrics/)</summary>
public sealed class AdmissionMetrics(TimeProvider time)
{
    private const int HighestCode = 600;

    private static readonly double[] s_policyBuckets = [0.0000005, 0.001, 0.01, 0.1, 1];

    private static readonly double[] s_stepBuckets = [0.005, 0.025, 0.1, 0.5, 1, 2.5];

    private readonly MetricFamily _steps = new("apiserver_admission_step_admission_duration_seconds", "How long each half of the chain took.", ["type", "operation", "rejected"], s_stepBuckets);

    private readonly MetricFamily _plugins = new("apiserver_admission_controller_admission_duration_seconds", "How long each plugin took.", ["name", "type", "operation", "rejected"], s_stepBuckets);

    private readonly MetricFamily _webhookDuration = new(
        "apiserver_admission_webhook_admission_duration_seconds", "How long webhooks took.", ["name", "type", "operation", "rejected"], [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10, 25]);

    private readonly MetricFamily _webhookRequests = new("apiserver_admission_webhook_request_total", "Calls of webhooks.", ["name", "type", "operation", "code", "rejected"]);

    private readonly MetricFamily _webhookRejections = new(
        "apiserver_admission_webhook_rejection_count", "Requests that webhooks kept from being served.", ["name", "type", "operation", "error_type", "rejection_code"]);

    private readonly MetricFamily _webhookFailOpen = new("apiserver_admission_webhook_fail_open_count", "Failures of webhooks that were passed over.", ["name", "type"]);

    private readonly MetricFamily _checks = new(
        "apiserver_validating_admission_policy_check_total", "Validations that did not hold or failed.", ["policy", "policy_binding", "error_type", "enforcement_action"]);

    private readonly MetricFamily _checkDuration = new(
        "apiserver_validating_admission_policy_check_duration_seconds", "How long such validations took.", ["policy", "policy_binding", "error_type", "enforcement_action"], s_policyBuckets);

    private readonly MetricFamily _mutations = new("apiserver_mutating_admission_policy_check_total", "Mutations by policies.", ["policy", "policy_binding", "error_type"]);

    private readonly MetricFamily _mutationDuration = new(
        "apiserver_mutating_admission_policy_check_duration_seconds", "How long mutations by policies took.", ["policy", "policy_binding", "error_type"], s_policyBuckets);

    public IReadOnlyList<MetricFamily> Families => [_steps, _plugins, _webhookDuration, _webhookRequests, _webhookRejections, _webhookFailOpen, _checks, _checkDuration, _mutations, _mutationDuration];

    internal StepTimes OfChain() => new(_steps, null);

    internal StepTimes OfPlugin(string name) => new(_plugins, name);

    internal long Now() => time.GetTimestamp();

    internal TimeSpan Since(long start) => time.GetElapsedTime(start);

    /// <param name="code">What the webhook's answer came to.</param>
    internal void WebhookCalled(string name, string type, AdmissionOperation operation, bool rejected, int code, TimeSpan elapsed)
    {
        _webhookDuration.Observe(elapsed, name, type, Of(operation), Of(rejected));
        _webhookRequests.Count(name, type, Of(operation), Of(code), Of(rejected));
    }

    internal void WebhookRejected(string name, string type, AdmissionOperation operation, string errorType, int code) => _webhookRejections.Count(name, type, Of(operation), errorType, Of(code));

    internal void WebhookFailedOpen(string name, string type) => _webhookFailOpen.Count(name, type);

    internal void Checked(string policy, string binding, string errorType, string action, TimeSpan elapsed)
    {
        _checks.Count(policy, binding, errorType, action);
        _checkDuration.Observe(elapsed, policy, binding, errorType, action);
    }

    internal void Mutated(string policy, string binding, string errorType, TimeSpan elapsed)
    {
        _mutations.Count(policy, binding, errorType);
        _mutationDuration.Observe(elapsed, policy, binding, errorType);
    }

    private static string Of(AdmissionOperation operation) => operation.ToString().ToUpperInvariant();

    private static string Of(bool value) => value ? "true" : "false";

    private static string Of(int code) => Math.Min(code, HighestCode).ToString(CultureInfo.InvariantCulture);
}
