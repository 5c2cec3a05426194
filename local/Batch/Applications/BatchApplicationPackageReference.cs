namespace Azure.Compute.Batch;

/// <summary>Application package reference of the Batch service.</summary>
public class BatchApplicationPackageReference
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="applicationId">The application id.</param>
    public BatchApplicationPackageReference(string applicationId)
    {
        ApplicationId = applicationId ?? throw new ArgumentNullException(nameof(applicationId));
    }

    internal BatchApplicationPackageReference()
    {
    }

    /// <summary>The application id.</summary>
    public string ApplicationId { get; set; }

    /// <summary>Version; the latest by default.</summary>
    public string Version { get; set; }
}
