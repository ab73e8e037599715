// Lists come in pages; a page is asked for by the cursor the previous one ended with.
namespace MaaS.Contracts;

/// <param name="Items">Newest first unless the endpoint says otherwise.</param>
/// <param name="Next">Pass it as <c>after</c> for the following page; null on the last one.</param>
/// <param name="Total">How many there are on all pages, where the endpoint counts them.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null, int? Total = null);
