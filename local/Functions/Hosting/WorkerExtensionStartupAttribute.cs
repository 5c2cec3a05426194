namespace Microsoft.Azure.Functions.Worker.Core;

/// <summary>Names the start-up class of an extension's assembly.</summary>
[AttributeUsage(AttributeTargets.Assembly, Inherited = false, AllowMultiple = true)]
public class WorkerExtensionStartupAttribute : Attribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="startupType">A class that derives from <see cref="WorkerExtensionStartup"/>.</param>
    public WorkerExtensionStartupAttribute(Type startupType)
    {
        StartupType = startupType ?? throw new ArgumentNullException(nameof(startupType));
    }

    /// <summary>The class.</summary>
    public Type StartupType { get; }
}
