// What a person without a mouse needs to see: where the focus is. Scripts that run in the page.
namespace MaaS.EndToEnd.Tests.Portal;

internal static class Focus
{
    /// <summary>The element that has the focus without showing it, or that something lies upon; null when all is well.</summary>
    public const string Hidden =
        """
        () => {
          const focused = document.activeElement;
          if (!focused || focused === document.body) return null;
          // The mark may be on the frame around an input that is itself not seen.
          const marked = [focused, ...[1, 2, 3].map(up => { let at = focused; while (up--) at = at?.parentElement; return at; })].some(element => {
            if (!element) return false;
            const { outlineStyle, outlineWidth } = getComputedStyle(element);
            return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
          });
          if (!marked) return 'no mark on ' + focused.outerHTML;
          const { left, top, width, height } = focused.getBoundingClientRect();
          if (top + height <= 0 || top >= innerHeight) return 'out of sight: ' + focused.outerHTML;
          // One place of it in sight is enough: a large region may have its middle anywhere.
          const seen = [[0.5, 0.5], [0.05, 0.05], [0.95, 0.05], [0.05, 0.95], [0.95, 0.95]].some(([across, down]) => {
            const at = document.elementFromPoint(left + width * across, Math.min(innerHeight - 1, Math.max(0, top + height * down)));
            return at && (focused.contains(at) || at.contains(focused));
          });
          return seen ? null : 'covered: ' + focused.outerHTML;
        }
        """;
}
