using Azure.Core;

namespace Azure.Compute.Batch;

public partial class BatchClient
{
    /// <summary>Has a formula decide the number of nodes; at most once in 30 seconds.</summary>
    public virtual Response EnablePoolAutoScale(
        string poolId,
        BatchPoolEnableAutoScaleOptions enableAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(EnablePoolAutoScaleRequest(poolId, enableAutoScaleOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    /// <inheritdoc cref="EnablePoolAutoScale"/>
    public virtual Task<Response> EnablePoolAutoScaleAsync(
        string poolId,
        BatchPoolEnableAutoScaleOptions enableAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        RequestConditions requestConditions = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(EnablePoolAutoScaleRequest(poolId, enableAutoScaleOptions, timeOutInSeconds, ocpDate, requestConditions), cancellationToken);

    private static BatchRequest EnablePoolAutoScaleRequest(
        string poolId, BatchPoolEnableAutoScaleOptions enableAutoScaleOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate, RequestConditions requestConditions) =>
        new BatchRequest(nameof(EnablePoolAutoScale), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/enableautoscale")
        {
            Body = enableAutoScaleOptions ?? throw new ArgumentNullException(nameof(enableAutoScaleOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Conditions = requestConditions,
            Success = [200],
        };

    /// <summary>Ends autoscaling; the pool keeps its number of nodes.</summary>
    public virtual Response DisablePoolAutoScale(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Send(DisablePoolAutoScaleRequest(poolId, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="DisablePoolAutoScale"/>
    public virtual Task<Response> DisablePoolAutoScaleAsync(
        string poolId,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.SendAsync(DisablePoolAutoScaleRequest(poolId, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest DisablePoolAutoScaleRequest(string poolId, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(DisablePoolAutoScale), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/disableautoscale")
        {
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };

    /// <summary>Evaluates a formula on a pool with autoscaling, without applying it.</summary>
    public virtual Response<AutoScaleRun> EvaluatePoolAutoScale(
        string poolId,
        BatchPoolEvaluateAutoScaleOptions evaluateAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.Get<AutoScaleRun>(EvaluatePoolAutoScaleRequest(poolId, evaluateAutoScaleOptions, timeOutInSeconds, ocpDate), cancellationToken);

    /// <inheritdoc cref="EvaluatePoolAutoScale"/>
    public virtual Task<Response<AutoScaleRun>> EvaluatePoolAutoScaleAsync(
        string poolId,
        BatchPoolEvaluateAutoScaleOptions evaluateAutoScaleOptions,
        TimeSpan? timeOutInSeconds = null,
        DateTimeOffset? ocpDate = null,
        CancellationToken cancellationToken = default) =>
        _rest.GetAsync<AutoScaleRun>(EvaluatePoolAutoScaleRequest(poolId, evaluateAutoScaleOptions, timeOutInSeconds, ocpDate), cancellationToken);

    private static BatchRequest EvaluatePoolAutoScaleRequest(
        string poolId, BatchPoolEvaluateAutoScaleOptions evaluateAutoScaleOptions, TimeSpan? timeOut, DateTimeOffset? ocpDate) =>
        new BatchRequest(nameof(EvaluatePoolAutoScale), RequestMethod.Post, $"pools/{BatchRequest.Id(poolId, nameof(poolId))}/evaluateautoscale")
        {
            Body = evaluateAutoScaleOptions ?? throw new ArgumentNullException(nameof(evaluateAutoScaleOptions)),
            TimeOut = timeOut,
            OcpDate = ocpDate,
            Success = [200],
        };
}
