using System.Globalization;
using System.Text.RegularExpressions;
using DurableMl.Onnx;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Registry;

namespace DurableMl.Orchestrations.Importing;

/// <summary>Finds the array for each of a model's inputs or outputs: by name, or in order where arrays have none.</summary>
/// <param name="Role">What the arrays are, for errors: <c>sample</c> or <c>expected</c>.</param>
/// <param name="Kind">What they are for: <c>input</c> or <c>output</c>.</param>
/// <param name="IsConverted">
/// Whether a converter named both sides. Some give tensors names of their own but keep their order, and some leave out an input that is never used.
/// </param>
internal sealed partial record ArrayBinding(string Role, string Kind, bool IsConverted)
{
    /// <summary>The arrays under the model's names and in its order.</summary>
    /// <exception cref="PermanentFailureException">There is no array for one of them, or one array too many.</exception>
    public IReadOnlyList<TensorValue> Bind(IReadOnlyList<TensorValue> arrays, IReadOnlyList<TensorSpec> specs)
    {
        var byName = new Dictionary<string, TensorValue>(StringComparer.Ordinal);
        foreach (TensorValue array in arrays)
        {
            if (!byName.TryAdd(array.Name, array))
            {
                throw new PermanentFailureException($"{Role}: it has '{array.Name}' twice.");
            }
        }

        bool mayLeaveOut = IsConverted && Kind == "input";
        if (specs.All(spec => byName.ContainsKey(spec.Name)) && (mayLeaveOut || arrays.Count == specs.Count))
        {
            return [.. specs.Select(spec => byName[spec.Name])];
        }

        bool numbered = arrays.All(array => array.Name == ArrayFile.Unnamed || Numbered.IsMatch(array.Name));
        if (arrays.Count == specs.Count && (numbered || IsConverted))
        {
            IEnumerable<TensorValue> ordered = numbered ? arrays.OrderBy(Number) : arrays;
            return [.. ordered.Zip(specs, (array, spec) => array with { Name = spec.Name })];
        }

        throw new PermanentFailureException(
            $"{Role}: it has {Names(arrays.Select(array => array.Name))}, but the model's {Kind}s are {Names(specs.Select(spec => spec.Name))}. Save them under these names in a .npz.");
    }

    private static int Number(TensorValue array) =>
        Numbered.Match(array.Name) is { Success: true } match ? int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture) : 0;

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(name => name.Length == 0 ? "one array without a name" : $"'{name}'"));

    // What numpy.savez calls arrays that it is given without names.
    [GeneratedRegex(@"\Aarr_(?<number>[0-9]{1,6})\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numbered { get; }
}
