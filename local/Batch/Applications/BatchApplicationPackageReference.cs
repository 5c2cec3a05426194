namespace Azure.Compute.Batch;

/// <summary>An application package to put on nodes.</summary>
public class BatchApplicationPackageReference
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="applicationId">The application.</param>
    public BatchApplicationPackageReference(string applicationId)
    {
        ApplicationId = applicationId ?? throw new ArgumentNullException(nameof(applicationId));
    }

    internal BatchApplicationPackageReference()
    {
    }

    /// <summary>The application.</summary>
    public string ApplicationId { get; set; }

    /// <summary>Version; the latest by default.</summary>
    public string Version { get; set; }
}
