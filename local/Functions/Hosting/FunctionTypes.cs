using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.Azure.Functions.Worker.Core;

namespace DurableMl.Local.Functions;

/// <summary>
/// The classes that may hold functions: those of the entry assembly and of the assemblies beside it that are compiled against this one.
/// <c>Functions:Assemblies</c> (names, separated by semicolons) takes the entry assembly's place where that is a test runner.
/// </summary>
internal sealed record FunctionTypes(IReadOnlyList<Type> Types)
{
    /// <summary>The start-up classes that the assemblies name.</summary>
    public IEnumerable<WorkerExtensionStartup> ExtensionStartups() =>
        Types
            .Select(t => t.Assembly)
            .Distinct()
            .SelectMany(a => a.GetCustomAttributes<WorkerExtensionStartupAttribute>())
            .Select(a => (WorkerExtensionStartup)Activator.CreateInstance(a.StartupType)!);

    public static FunctionTypes Discover(IConfiguration configuration)
    {
        HashSet<Assembly> assemblies = [];
        if (configuration["Functions:Assemblies"] is { Length: > 0 } names)
        {
            foreach (string name in names.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                AddWithReferences(Assembly.Load(new AssemblyName(name)), assemblies);
            }
        }
        else if (Assembly.GetEntryAssembly() is { } entry)
        {
            AddWithReferences(entry, assemblies);
            // The compiler drops a reference that no code uses, so a library of functions may be named nowhere.
            foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll").Where(ReferencesWorker))
            {
                AddWithReferences(Assembly.Load(AssemblyName.GetAssemblyName(file)), assemblies);
            }
        }

        return new FunctionTypes([
            .. assemblies
                .OrderBy(a => a.FullName, StringComparer.Ordinal)
                .SelectMany(a => a.GetExportedTypes())
                .Where(t => t.IsClass && !t.ContainsGenericParameters),
        ]);
    }

    private static void AddWithReferences(Assembly assembly, HashSet<Assembly> assemblies)
    {
        AssemblyName[] references = assembly.GetReferencedAssemblies();
        if (!references.Any(IsWorker) || !assemblies.Add(assembly))
        {
            return;
        }

        foreach (
            AssemblyName reference in references.Where(r =>
                File.Exists(Path.Combine(AppContext.BaseDirectory, $"{r.Name}.dll")) && !IsWorker(r)
            )
        )
        {
            AddWithReferences(Assembly.Load(reference), assemblies);
        }
    }

    private static bool IsWorker(AssemblyName name) => name.Name == typeof(FunctionTypes).Assembly.GetName().Name;

    private static bool ReferencesWorker(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using PEReader image = new(stream);
        if (!image.HasMetadata)
        {
            return false;
        }

        MetadataReader metadata = image.GetMetadataReader();
        return metadata.AssemblyReferences.Any(handle =>
            metadata.StringComparer.Equals(metadata.GetAssemblyReference(handle).Name, typeof(FunctionTypes).Assembly.GetName().Name!)
        );
    }
}
