using Microsoft.DurableTask.History;

namespace Microsoft.DurableTask.Sqlite;

/// <summary>A message in binary form, with the large payloads that go beside it.</summary>
/// <param name="Record">The message.</param>
/// <param name="Data">Its bytes.</param>
/// <param name="Payloads">Large payloads: row and text.</param>
sealed record StoredMessage(HistoryRecord Record, byte[] Data, IReadOnlyList<(long Reference, string Text)> Payloads);
