using System.Globalization;
using System.Text.Json.Nodes;
using DurableMl.Local.BatchEmulator.Autoscale;
using DurableMl.Local.BatchEmulator.Tasks;
using DurableMl.Local.BatchEmulator.Wire;

namespace DurableMl.Local.BatchEmulator.Pools;

/// <summary>What a pool's definition must satisfy beyond its form.</summary>
internal static class PoolValidation
{
    /// <summary>Nodes of a kind in a pool: a virtual node costs a directory; what runs on it costs this machine.</summary>
    public const int MostNodes = 1000;

    private const int MostMounts = 10;

    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(168);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMinutes(5);

    /// <summary>Checks a new pool.</summary>
    /// <exception cref="BatchException">400, naming the property.</exception>
    public static void Check(JsonObject pool)
    {
        Identifiers.Check("id", pool.Text("id")!);
        CheckSpecification(pool, "");
    }

    /// <summary>Checks a pool's definition without its id.</summary>
    public static void CheckSpecification(JsonObject pool, string path)
    {
        CheckTargets(pool, path);
        CheckProperties(pool, path);
        if (pool.Flag("enableAutoScale"))
        {
            if (pool.ContainsKey("targetDedicatedNodes") || pool.ContainsKey("targetLowPriorityNodes"))
            {
                throw BatchErrors.InvalidProperty(path + "targetDedicatedNodes", null, "Targets cannot be given for a pool with automatic scaling.");
            }

            if (pool.Text("autoScaleFormula") is null)
            {
                throw BatchErrors.MissingProperty(path + "autoScaleFormula");
            }

            CheckAutoScale(pool, path);
        }
        else if (pool.ContainsKey("autoScaleFormula"))
        {
            throw BatchErrors.InvalidProperty(path + "autoScaleFormula", null, "A formula needs enableAutoScale.");
        }
    }

    /// <summary>Checks what can be set at any time.</summary>
    public static void CheckProperties(JsonObject pool, string path = "")
    {
        if (pool.Integer("taskSlotsPerNode") is { } slots and not (>= 1 and <= 256))
        {
            throw BatchErrors.InvalidProperty(path + "taskSlotsPerNode", slots.ToString(CultureInfo.InvariantCulture), "The value must be from 1 to 256.");
        }

        CheckMounts(pool, path);
        TaskValidation.CheckPackages(pool);
        TaskValidation.CheckCommand(pool.Object("startTask"), path + "startTask.");
    }

    /// <summary>Checks formula and interval: the formula must be readable.</summary>
    public static void CheckAutoScale(JsonObject options, string path)
    {
        if (options.Text("autoScaleFormula") is { } formula)
        {
            try
            {
                FormulaParser.Parse(formula);
            }
            catch (FormulaException e)
            {
                throw new BatchException(400, e.Code, "The specified autoscaling formula has a syntax error.", ("PropertyName", path + "autoScaleFormula"), ("Message", e.Message));
            }
        }

        if (options.Duration("autoScaleEvaluationInterval") is { } interval && (interval < ShortestInterval || interval > LongestInterval))
        {
            throw BatchErrors.InvalidProperty(path + "autoScaleEvaluationInterval", options.Text("autoScaleEvaluationInterval"), "The value must be from PT5M to PT168H.");
        }
    }

    /// <summary>Checks the numbers of nodes.</summary>
    public static void CheckTargets(JsonObject options, string path = "")
    {
        foreach (var name in (string[])["targetDedicatedNodes", "targetLowPriorityNodes"])
        {
            if (options.Integer(name) is { } target and not (>= 0 and <= MostNodes))
            {
                throw BatchErrors.InvalidProperty(path + name, target.ToString(CultureInfo.InvariantCulture), $"The value must be from 0 to {MostNodes}.");
            }
        }
    }

    /// <summary>Checks that each mount is of a container, which alone the emulator can play, with a key or a signature and a directory of its own.</summary>
    private static void CheckMounts(JsonObject pool, string path)
    {
        var directories = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (mount, i) in pool.Objects("mountConfiguration").Select((m, i) => (m, i)))
        {
            var name = $"{path}mountConfiguration[{i}]";
            if (i == MostMounts)
            {
                throw BatchErrors.InvalidProperty(path + "mountConfiguration", null, $"A pool has at most {MostMounts} mounts.");
            }

            if (mount.Select(property => property.Key).FirstOrDefault(key => key != "azureBlobFileSystemConfiguration") is { } other)
            {
                throw BatchErrors.InvalidProperty($"{name}.{other}", null, "The emulated nodes mount blob containers only: use azureBlobFileSystemConfiguration, or resource files.");
            }

            if (mount.Object("azureBlobFileSystemConfiguration") is not { } container)
            {
                throw BatchErrors.MissingProperty(name + ".azureBlobFileSystemConfiguration");
            }

            name += ".azureBlobFileSystemConfiguration";
            if (container.ContainsKey("identityReference"))
            {
                throw BatchErrors.InvalidProperty(name + ".identityReference", null, "The emulated nodes have no managed identity; use accountKey or sasKey.");
            }

            if (container.ContainsKey("accountKey") == container.ContainsKey("sasKey"))
            {
                throw BatchErrors.InvalidProperty(name, null, "Exactly one of accountKey and sasKey is needed.");
            }

            var directory = container.Text("relativeMountPath")!;
            if (directory.Length == 0 || Path.IsPathRooted(directory) || directory.Split('/').Any(part => part is "" or "." or ".."))
            {
                throw BatchErrors.InvalidProperty(name + ".relativeMountPath", directory, "The value must be a relative path without '.' and '..'.");
            }

            if (!directories.Add(directory))
            {
                throw BatchErrors.InvalidProperty(name + ".relativeMountPath", directory, "Two mounts have the same path.");
            }
        }
    }
}
