namespace Microsoft.DurableTask.Abstractions;

/// <summary>Comparison of orchestration versions.</summary>
public static class TaskOrchestrationVersioningUtils
{
    /// <summary>
    /// Compares two versions: an empty version is less than any other; two that parse as <see cref="System.Version"/> compare as such;
    /// others compare as text, ignoring case.
    /// </summary>
    /// <returns>Less than, equal to or greater than zero as the first is older, the same or newer.</returns>
    public static int CompareVersions(string sourceVersion, string otherVersion)
    {
        bool sourceEmpty = string.IsNullOrWhiteSpace(sourceVersion);
        bool otherEmpty = string.IsNullOrWhiteSpace(otherVersion);
        if (sourceEmpty || otherEmpty)
        {
            return otherEmpty.CompareTo(sourceEmpty);
        }

        return System.Version.TryParse(sourceVersion, out System.Version? source) && System.Version.TryParse(otherVersion, out System.Version? other)
            ? source.CompareTo(other)
            : string.Compare(sourceVersion, otherVersion, StringComparison.OrdinalIgnoreCase);
    }
}
