// A form of the portal as FormTests tries it: how to come to it, what is right and what is wrong in it, and where it sends what.
using AngleSharp.Dom;
using Bunit;
using MaaS.Contracts.Teams;
using Microsoft.AspNetCore.Components;

namespace MaaS.Web.Tests.Forms;

/// <param name="File">The component it stands in: <c>Models/AliasForm</c>.</param>
/// <param name="Submit">The test id of its button; with the file its name.</param>
/// <param name="Call">Where it sends what.</param>
internal sealed record FormCase(string File, string Submit, string Call)
{
    public Role Role { get; init; } = Role.Member;

    /// <summary>What the API answers; null is "no content".</summary>
    public object? Answer { get; init; }

    public required Func<Portal, Task<IRenderedComponent<IComponent>>> Open { get; init; }

    /// <summary>Fills in what can be sent.</summary>
    public Func<IRenderedComponent<IComponent>, Task> Right { get; init; } = _ => Task.CompletedTask;

    /// <summary>A part of what is sent then.</summary>
    public required string Sends { get; init; }

    /// <summary>Makes it such that it must not be sent; null where a person can enter nothing wrong, and then <see cref="Why"/> says so.</summary>
    public Func<IRenderedComponent<IComponent>, Task>? Wrong { get; init; }

    /// <summary>What is said at the field then; null when the button cannot be pressed.</summary>
    public string? Says { get; init; }

    public string? Why { get; init; }

    public override string ToString() => $"{File} {Submit}";
}

internal static class Filling
{
    public static Task<IRenderedComponent<IComponent>> Shown<T>(this Portal portal, Action<ComponentParameterCollectionBuilder<T>>? parameters = null) where T : IComponent =>
        Task.FromResult((IRenderedComponent<IComponent>)portal.Page(parameters));

    public static async Task<IRenderedComponent<IComponent>> Pressed(this Task<IRenderedComponent<IComponent>> opened, string id)
    {
        var page = await opened;
        await page.Find(Id(id)).ClickAsync();
        return page;
    }

    public static Task Put(this IRenderedComponent<IComponent> page, string id, string value) => page.Find(Id(id)).ChangeAsync(value);

    /// <summary>A field without a test id, by its label.</summary>
    public static Task PutAt(this IRenderedComponent<IComponent> page, string label, string value) =>
        page.Find($"#{page.FindAll("label").Single(one => one.TextContent == label).GetAttribute("for")}").ChangeAsync(value);

    /// <summary>The form that a button belongs to.</summary>
    public static IElement Form(this IRenderedComponent<IComponent> page, string submit) => page.Find($"form:has({Id(submit)})");

    public static string Id(string id) => $"[data-testid={id}]";
}
