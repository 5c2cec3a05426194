using DurableMl.Orchestrations.Training;

namespace DurableMl.Orchestrations.Importing;

/// <summary>The custom status of an import: what is going on now. Its members are named as a run's are.</summary>
/// <param name="Model">The model that is published to.</param>
/// <param name="Format">What the source is.</param>
/// <param name="Phase">The phase under way.</param>
/// <param name="Done">Units of the phase that are done.</param>
/// <param name="Total">Units of the phase.</param>
/// <param name="Phases">All phases so far with their times.</param>
/// <param name="Trials">The conversion, once it has begun.</param>
/// <param name="Error">Why the import failed or stopped.</param>
public sealed record ImportStatus(
    string Model, string Format, ImportPhase Phase, int Done, int Total, IReadOnlyList<ImportPhaseTimes> Phases, IReadOnlyList<TrialStatus> Trials, string? Error);
