using System.Globalization;

namespace DurableMl.Inference.Protocol;

/// <summary>A field of a request, such as <c>inputs[0].shape</c>; its text is put together only for an error.</summary>
/// <param name="Name">The field, or the list that it belongs to.</param>
/// <param name="Index">The place in the list; -1 outside a list.</param>
/// <param name="Member">The member of the list's element; null for the element itself.</param>
internal readonly record struct FieldPath(string Name, int Index = -1, string? Member = null)
{
    public static FieldPath Input(int index, string? member = null) => new("inputs", index, member);

    public static FieldPath Output(int index, string? member = null) => new("outputs", index, member);

    /// <summary>400: this field is wrong for <paramref name="reason"/>.</summary>
    public InferenceException Wrong(string reason) => InferenceException.Field(ToString(), reason);

    public override string ToString() =>
        Index < 0 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}[{Index}]{(Member is null ? "" : ".")}{Member}");
}
