namespace Azure.Compute.Batch;

/// <summary>Cifs mount configuration of the Batch service.</summary>
public class CifsMountConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="username">Name of the user.</param>
    /// <param name="source">The source.</param>
    /// <param name="relativeMountPath">The relative mount path.</param>
    /// <param name="password">Password of the user.</param>
    public CifsMountConfiguration(string username, string source, string relativeMountPath, string password)
    {
        Username = username ?? throw new ArgumentNullException(nameof(username));
        Source = source ?? throw new ArgumentNullException(nameof(source));
        RelativeMountPath = relativeMountPath ?? throw new ArgumentNullException(nameof(relativeMountPath));
        Password = password ?? throw new ArgumentNullException(nameof(password));
    }

    internal CifsMountConfiguration()
    {
    }

    /// <summary>Name of the user.</summary>
    public string Username { get; set; }

    /// <summary>The source.</summary>
    public string Source { get; set; }

    /// <summary>The relative mount path.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>The mount options.</summary>
    public string MountOptions { get; set; }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }
}
