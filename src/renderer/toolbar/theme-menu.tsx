import { Monitor, Moon, Sun } from 'lucide-react';
import { type Theme, themes, useTheme } from '../state/theme.ts';
import { Button } from '../ui/button.tsx';
import { ChoiceItem, Menu } from './menu.tsx';

const themeIcons = { system: Monitor, dark: Moon, light: Sun };
const themeNames: Record<Theme, string> = { system: 'As the system', dark: 'Dark', light: 'Light' };

export function ThemeMenu() {
  const theme = useTheme((state) => state.theme);
  const Icon = themeIcons[theme];
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="quiet" aria-label="Theme">
          <Icon size={15} aria-hidden />
        </Button>
      }
    >
      {themes.map((value) => (
        <ChoiceItem
          key={value}
          icon={themeIcons[value]}
          label={themeNames[value]}
          value={value}
          chosen={theme}
          onChoose={(chosen) => useTheme.setState({ theme: chosen })}
        />
      ))}
    </Menu>
  );
}
