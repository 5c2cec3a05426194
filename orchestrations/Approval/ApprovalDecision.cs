namespace DurableMl.Orchestrations.Approval;

/// <summary>Whether a model may be published.</summary>
/// <param name="Approved">The word.</param>
/// <param name="By">Who said it; null when nobody did and the default holds.</param>
/// <param name="Comment">Why.</param>
public sealed record ApprovalDecision(bool Approved, string? By = null, string? Comment = null);
