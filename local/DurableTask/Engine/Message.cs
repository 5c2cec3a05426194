using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Engine;

/// <summary>Something that an instance is told.</summary>
/// <param name="Record">What.</param>
/// <param name="Sequence">Its place in the stored inbox; 0 when it is not stored there, because it can be found out again.</param>
/// <param name="Generation">The generation it is for; -1 for any.</param>
readonly record struct Message(HistoryRecord Record, long Sequence, int Generation = -1);
