// What every input of a form has: a label above it, a hint or an error below it, and where it stands in the record.
using Microsoft.AspNetCore.Components;

namespace MaaS.Web.Shared;

/// <typeparam name="T">The type of the value.</typeparam>
public abstract class Field<T> : ComponentBase
{
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>The field's path in the record, as <c>training.epochs</c>: errors find it by that.</summary>
    [Parameter] public string? Path { get; set; }

    [Parameter] public string? Hint { get; set; }

    [Parameter] public T? Value { get; set; }

    [Parameter] public EventCallback<T?> ValueChanged { get; set; }

    [Parameter] public string? TestId { get; set; }

    [Parameter] public bool Disabled { get; set; }

    [CascadingParameter] internal FormErrors? Errors { get; set; }

    protected string Id { get; } = "f" + Guid.NewGuid().ToString("N")[..8];

    protected string? Error => Errors?.At(Path);

    protected string? DescribedBy => Error is null && Hint is null ? null : Id + "-note";

    protected string? Invalid => Error is null ? null : "true";

    protected Task Set(T? value)
    {
        Value = value;
        return ValueChanged.InvokeAsync(value);
    }
}
