namespace Azure.Compute.Batch;

/// <summary>A CIFS share to mount.</summary>
public class CifsMountConfiguration
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="username">Name of the user.</param>
    /// <param name="source">What to mount.</param>
    /// <param name="relativeMountPath">Folder to mount it at, relative to the node's mounts folder.</param>
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

    /// <summary>What to mount.</summary>
    public string Source { get; set; }

    /// <summary>Folder to mount it at, relative to the node's mounts folder.</summary>
    public string RelativeMountPath { get; set; }

    /// <summary>More options of the mount command.</summary>
    public string MountOptions { get; set; }

    /// <summary>Password of the user.</summary>
    public string Password { get; set; }
}
