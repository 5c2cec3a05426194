namespace DurableMl.Inference.Serving;

/// <summary>Scores rows with the server's models, beside the server and not through its queues.</summary>
public sealed class BatchScorer
{
    private readonly SessionCache sessions;

    internal BatchScorer(SessionCache sessions) => this.sessions = sessions;

    /// <summary>Scores rows with a version.</summary>
    /// <inheritdoc cref="RowScorer.Score"/>
    public async Task<RowScores> ScoreAsync(
        string model, string version, TensorValue rows, int batch, string? output = null, CancellationToken cancellationToken = default)
    {
        using ModelLease lease = await sessions.AcquireAsync(model, version, cancellationToken);
        return await Task.Run(() => RowScorer.Score(lease.Model.Session, rows, batch, output, cancellationToken), cancellationToken);
    }
}
